#include "core/codec/pattern.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <fmt/format.h>
#include <pcre2.h>

#include <algorithm>
#include <utility>

#include "core/base/check.h"
#include "core/codec/pattern_syntax.h"

namespace andon {
namespace {

struct Free {
  void operator()(pcre2_code* code) const { pcre2_code_free(code); }
  void operator()(pcre2_compile_context* context) const { pcre2_compile_context_free(context); }
  void operator()(pcre2_match_context* context) const { pcre2_match_context_free(context); }
  void operator()(pcre2_match_data* data) const { pcre2_match_data_free(data); }
  void operator()(pcre2_jit_stack* stack) const { pcre2_jit_stack_free(stack); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

// What a match writes to, one a thread. Grows to the largest pattern that the thread has used.
struct Workspace {
  Owned<pcre2_match_data> data;
  Owned<pcre2_jit_stack> stack;
  uint32_t pairs = 0;
};

Workspace& ThreadWorkspace() {
  thread_local Workspace workspace;
  return workspace;
}

pcre2_match_data* MatchData(uint32_t pairs) {
  Workspace& workspace = ThreadWorkspace();
  if (workspace.pairs < pairs) {
    workspace.data.reset(pcre2_match_data_create(pairs, nullptr));
    CHECK(workspace.data != nullptr);
    workspace.pairs = pairs;
  }
  return workspace.data.get();
}

// Called by PCRE2 at each match with JIT code.
pcre2_jit_stack* JitStack(void*) {
  constexpr size_t kFirst = size_t{32} << 10;
  constexpr size_t kMost = size_t{1} << 20;
  Workspace& workspace = ThreadWorkspace();
  if (workspace.stack == nullptr) {
    workspace.stack.reset(pcre2_jit_stack_create(kFirst, kMost, nullptr));
  }
  return workspace.stack.get();
}

std::vector<Pattern::Group> NamedGroups(const pcre2_code* code) {
  uint32_t count = 0;
  uint32_t entry_bytes = 0;
  PCRE2_SPTR table = nullptr;
  pcre2_pattern_info(code, PCRE2_INFO_NAMECOUNT, &count);
  pcre2_pattern_info(code, PCRE2_INFO_NAMEENTRYSIZE, &entry_bytes);
  pcre2_pattern_info(code, PCRE2_INFO_NAMETABLE, &table);
  std::vector<Pattern::Group> groups;
  for (uint32_t i = 0; i < count; ++i, table += entry_bytes) {
    groups.push_back(
        {reinterpret_cast<const char*>(table + 2), static_cast<size_t>(table[0]) * 256 + table[1]});
  }
  std::sort(groups.begin(), groups.end(),
            [](const auto& a, const auto& b) { return a.index < b.index; });
  return groups;
}

uint32_t CompileFlags(const PatternSyntax& syntax, const PatternOptions& options) {
  uint32_t flags = PCRE2_MULTILINE | PCRE2_DUPNAMES;
  if (options.ignore_case || syntax.ignore_case) flags |= PCRE2_CASELESS;
  if (options.multiline || syntax.dot_all) flags |= PCRE2_DOTALL;
  if (syntax.extended) flags |= PCRE2_EXTENDED;
  if (syntax.utf8) flags |= PCRE2_UTF | PCRE2_MATCH_INVALID_UTF;
  return flags;
}

Status CompileError(std::string_view text, const PatternSyntax& syntax, int error, size_t offset) {
  PCRE2_UCHAR message[256];
  pcre2_get_error_message(error, message, sizeof message);
  const size_t origin = syntax.origins[std::min(offset, syntax.origins.size() - 1)];
  // In characters, as an editor counts them.
  const auto column = std::count_if(text.begin(), text.begin() + static_cast<ptrdiff_t>(origin),
                                    [](char c) { return (c & 0xc0) != 0x80; });
  return InvalidConfig(fmt::format("pattern \"{}\": column {}: {}", text, column + 1,
                                   reinterpret_cast<const char*>(message)));
}

}  // namespace

struct Pattern::Code {
  std::string text;
  Owned<pcre2_code> code;
  Owned<pcre2_match_context> context;
  uint32_t pairs = 1;
  bool jit = false;
  std::vector<Group> groups;
};

Result<Pattern> Pattern::Compile(std::string_view text, PatternOptions options) {
  const PatternSyntax syntax = TranslatePattern(text);
  const Owned<pcre2_compile_context> compile_context(pcre2_compile_context_create(nullptr));
  CHECK(compile_context != nullptr);
  pcre2_set_newline(compile_context.get(), PCRE2_NEWLINE_LF);
  int error = 0;
  size_t offset = 0;
  auto code = std::make_shared<Code>();
  code->text = text;
  code->code.reset(pcre2_compile(reinterpret_cast<PCRE2_SPTR>(syntax.pcre.data()),
                                 syntax.pcre.size(), CompileFlags(syntax, options), &error, &offset,
                                 compile_context.get()));
  if (code->code == nullptr) return CompileError(text, syntax, error, offset);
  // Without JIT (no executable memory allowed) the interpreter gives the same answers.
  code->jit = pcre2_jit_compile(code->code.get(), PCRE2_JIT_COMPLETE) == 0;
  code->context.reset(pcre2_match_context_create(nullptr));
  CHECK(code->context != nullptr);
  pcre2_set_match_limit(code->context.get(), options.match_limit);
  pcre2_jit_stack_assign(code->context.get(), JitStack, nullptr);
  uint32_t captures = 0;
  pcre2_pattern_info(code->code.get(), PCRE2_INFO_CAPTURECOUNT, &captures);
  code->pairs = captures + 1;
  code->groups = NamedGroups(code->code.get());
  Pattern pattern;
  pattern.code_ = std::move(code);
  return pattern;
}

Pattern::Outcome Pattern::MatchFrom(std::string_view subject, size_t offset,
                                    Captures* captures) const {
  if (code_ == nullptr || offset > subject.size()) return Outcome::kNoMatch;
  pcre2_match_data* data = MatchData(code_->pairs);
  const auto match = code_->jit ? &pcre2_jit_match : &pcre2_match;
  // An empty view may have no address, which PCRE2 refuses.
  const char* begin = subject.empty() ? "" : subject.data();
  const int found = match(code_->code.get(), reinterpret_cast<PCRE2_SPTR>(begin), subject.size(),
                          offset, 0, data, code_->context.get());
  if (found == PCRE2_ERROR_NOMATCH) return Outcome::kNoMatch;
  if (found < 0) return Outcome::kLimit;  // Match limit, JIT stack, heap: all of them "too hard".
  if (captures != nullptr) {
    captures->text_ = subject;
    captures->offsets_ = pcre2_get_ovector_pointer(data);
    // `found` is one more than the last group that matched; more groups than that are unset.
    captures->count_ = static_cast<size_t>(found);
  }
  return Outcome::kMatch;
}

const std::vector<Pattern::Group>& Pattern::groups() const {
  static const std::vector<Group> kNone;
  return code_ == nullptr ? kNone : code_->groups;
}

const std::string& Pattern::text() const {
  static const std::string kNone;
  return code_ == nullptr ? kNone : code_->text;
}

std::optional<Pattern> ConfigValue<Pattern>::Read(const ConfigNode& node) {
  if (node.kind() != ConfigNode::Kind::kScalar) {
    (void)node.Fail("must be a pattern");
    return std::nullopt;
  }
  auto pattern = Pattern::Compile(node.text());
  if (!pattern.ok()) {
    (void)node.Fail(std::string(pattern.status().message()));
    return std::nullopt;
  }
  return *std::move(pattern);
}

}  // namespace andon
