#include "core/config/expand.h"

#include <algorithm>

#include "core/config/config_path.h"

namespace andon {
namespace {

// Largest file that ${file:...} reads.
constexpr size_t kMaxFileBytes = size_t{1} << 20;
constexpr std::string_view kFile = "file:";

bool IsNameCharacter(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// How many characters at the front are the name of an environment variable.
size_t NameLength(std::string_view text) {
  if (text.empty() || (text[0] >= '0' && text[0] <= '9')) return 0;
  const auto end = std::find_if_not(text.begin(), text.end(), IsNameCharacter);
  return static_cast<size_t>(end - text.begin());
}

class Expander {
 public:
  Expander(std::string_view text, const ExpandContext& context) : rest_(text), context_(context) {}

  Result<Expansion> Run() {
    while (!rest_.empty()) {
      if (rest_.substr(0, 3) == "$${") {
        Take(3, "${");
      } else if (rest_.substr(0, 2) == "${") {
        RETURN_IF_ERROR(Reference(rest_.substr(2)));
      } else {
        Take(1, rest_.substr(0, 1));
      }
    }
    return std::move(out_);
  }

 private:
  void Take(size_t count, std::string_view instead) {
    out_.text += instead;
    rest_.remove_prefix(count);
  }

  Status Reference(std::string_view inner) {
    if (inner.substr(0, kFile.size()) == kFile) return FileContent(inner.substr(kFile.size()));
    const size_t length = NameLength(inner);
    if (length > 0) return Variable(inner.substr(0, length), inner.substr(length));
    Take(2, "${");  // A plugin's own.
    return OkStatus();
  }

  Status Variable(std::string_view name, std::string_view behind) {
    const size_t end = behind.find('}');
    if (end == std::string_view::npos) {
      return InvalidConfig("\"}\" is missing behind \"${" + std::string(name) + "\"");
    }
    const bool has_default = behind.substr(0, 2) == ":-";
    if (end != 0 && !has_default) {
      return InvalidConfig("\"${" + std::string(name) + std::string(behind.substr(0, end + 1)) +
                           "\" is not understood; write ${" + std::string(name) + "} or ${" +
                           std::string(name) + ":-default}, or $${ for a plain ${");
    }
    const char* value = context_.environment(std::string(name).c_str());
    if (value == nullptr && !has_default) {
      return InvalidConfig("environment variable " + std::string(name) +
                           " is not set; set it, or write ${" + std::string(name) + ":-default}");
    }
    out_.changed = true;
    // Like a shell's ":-": an empty value counts as not set.
    const bool use_default = has_default && (value == nullptr || *value == '\0');
    Take(2 + name.size() + end + 1,
         use_default ? behind.substr(2, end - 2) : std::string_view(value));
    return OkStatus();
  }

  Status FileContent(std::string_view inner) {
    const size_t end = inner.find('}');
    if (end == std::string_view::npos) return InvalidConfig("\"}\" is missing behind \"${file:\"");
    if (end == 0) return InvalidConfig("\"${file:}\" names no file");
    const std::string path = ResolvePath(context_.folder, inner.substr(0, end));
    auto content = ReadFile(*context_.files, path, kMaxFileBytes);
    if (!content.ok()) return InvalidConfig(PathMessage(path, content.status()));
    std::string_view text = *content;
    if (!text.empty() && text.back() == '\n') text.remove_suffix(1);
    if (!text.empty() && text.back() == '\r') text.remove_suffix(1);
    out_.changed = true;
    out_.secret = true;
    Take(2 + kFile.size() + end + 1, text);
    return OkStatus();
  }

  std::string_view rest_;
  const ExpandContext& context_;
  Expansion out_;
};

}  // namespace

Result<Expansion> Expand(std::string_view text, const ExpandContext& context) {
  return Expander(text, context).Run();
}

}  // namespace andon
