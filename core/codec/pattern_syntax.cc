#include "core/codec/pattern_syntax.h"

namespace andon {
namespace {

// The flags of `/text/imx`, or npos when the text is not written so.
size_t ClosingSlash(std::string_view text) {
  if (text.size() < 2 || text.front() != '/') return std::string_view::npos;
  const size_t slash = text.rfind('/');
  if (slash == 0 || text.find_first_not_of("imx", slash + 1) != std::string_view::npos) {
    return std::string_view::npos;
  }
  return slash;
}

class Translator {
 public:
  Translator(std::string_view text, size_t begin, size_t end, PatternSyntax* out)
      : text_(text.substr(0, end)), at_(begin), out_(*out) {}

  void Run() {
    while (at_ < text_.size()) Step();
    out_.origins.push_back(text_.size());
  }

 private:
  void Step() {
    const char c = text_[at_];
    if (static_cast<unsigned char>(c) >= 0x80) out_.utf8 = true;
    if (c == '\\' && at_ + 1 < text_.size()) {
      Escape(text_[at_ + 1]);
    } else if (class_depth_ == 0 && text_.substr(at_).starts_with("(?")) {
      GroupStart();
    } else {
      if (c == '[') OpenBracket();
      if (c == ']' && class_depth_ > 0) class_depth_ = 0;
      Copy(1);
    }
  }

  // `[` opens a class; in a class it may begin [:alpha:], whose own end is not the class's.
  void OpenBracket() {
    if (class_depth_ == 0) {
      class_depth_ = 1;
      return;
    }
    const size_t close = text_.find(":]", at_ + 2);
    if (!text_.substr(at_).starts_with("[:") || close == std::string_view::npos) return;
    Copy(close + 1 - at_);  // Step() copies the `]`.
    return;
  }

  void Escape(char c) {
    if (c == 'p' || c == 'P' || c == 'X') out_.utf8 = true;
    if (c == 'x' && text_.substr(at_ + 2).starts_with("{")) out_.utf8 = true;
    if (c == 'h') {
      Replace(2, class_depth_ > 0 ? "0-9A-Fa-f" : "[0-9A-Fa-f]");
    } else if (c == 'H' && class_depth_ == 0) {
      Replace(2, "[^0-9A-Fa-f]");
    } else if (c == 'u' && text_.size() - at_ >= 6) {
      out_.utf8 = true;
      Replace(6, "\\x{" + std::string(text_.substr(at_ + 2, 4)) + "}");
    } else {
      Copy(2);
    }
  }

  // `(?m-ix:` and `(?m)`: Ruby's m is PCRE2's s.
  void GroupStart() {
    const size_t end = text_.find_first_not_of("imx-", at_ + 2);
    if (end == std::string_view::npos || end == at_ + 2 ||
        (text_[end] != ':' && text_[end] != ')')) {
      Copy(2);
      return;
    }
    for (size_t left = end - at_; left > 0; --left) {
      if (text_[at_] == 'm') {
        Replace(1, "s");
      } else {
        Copy(1);
      }
    }
  }

  void Copy(size_t count) {
    for (size_t i = 0; i < count; ++i) {
      out_.pcre += text_[at_];
      out_.origins.push_back(at_++);
    }
  }
  void Replace(size_t count, std::string_view with) {
    out_.pcre += with;
    out_.origins.insert(out_.origins.end(), with.size(), at_);
    at_ += count;
  }

  std::string_view text_;
  size_t at_;
  PatternSyntax& out_;
  int class_depth_ = 0;
};

}  // namespace

PatternSyntax TranslatePattern(std::string_view ruby) {
  PatternSyntax out;
  const size_t slash = ClosingSlash(ruby);
  if (slash == std::string_view::npos) {
    Translator(ruby, 0, ruby.size(), &out).Run();
    return out;
  }
  const std::string_view flags = ruby.substr(slash + 1);
  out.ignore_case = flags.find('i') != std::string_view::npos;
  out.dot_all = flags.find('m') != std::string_view::npos;
  out.extended = flags.find('x') != std::string_view::npos;
  Translator(ruby, 1, slash, &out).Run();
  return out;
}

}  // namespace andon
