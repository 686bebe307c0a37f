// The tokens of a JSON text (RFC 8259) of unknown origin, one after the other. Nothing recurses,
// nothing allocates but strings that hold escapes.
//
//   for (JsonScanner scan(text); scan.Next() != JsonScanner::Token::kEnd;) ...
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace andon {

class JsonScanner {
 public:
  static constexpr int kMaxDepth = 100;
  enum class Token : uint8_t {
    kObject,     // {
    kObjectEnd,  // }
    kArray,
    kArrayEnd,
    kKey,
    kString,
    kNumber,
    kTrue,
    kFalse,
    kNull,
    kEnd,   // Behind a whole value and nothing else.
    kError  // No JSON; stays.
  };

  explicit JsonScanner(std::string_view untrusted) : rest_(untrusted) {}

  Token Next();
  // Of a key, a string or a number; valid until the next call of Next or text.
  std::string_view text();
  // The same as it stands in the JSON, escapes and all; valid as long as that is.
  std::string_view raw() const { return raw_; }
  // The number, cut to the range of int; 0 when it is none.
  int number() const;
  // Steps over the value whose first token was `token`. False: the text is broken.
  bool Skip(Token token);

  // The text behind the last token, when the next is an element or a key of an open container.
  std::string_view rest() const { return rest_; }
  // Goes on behind `bytes` of it, which were one whole element with its comma, if it has one in
  // front.
  void Advance(size_t bytes) {
    rest_.remove_prefix(bytes);
    first_ = false;
  }

 private:
  Token Value();
  Token InContainer();
  Token String(Token kind);
  Token Word(std::string_view word, Token token);
  Token Number();
  Token Open(bool object);
  Token Close(bool object);
  Token Fail();
  void SkipSpace();

  std::string_view rest_;
  std::string_view raw_;  // Of the last string or number, as it stands there.
  std::string unescaped_;
  bool escapes_ = false;
  int depth_ = 0;
  bool objects_[kMaxDepth] = {};  // Which of the open containers are objects.
  bool first_ = true;             // Nothing of the innermost container was read.
  bool after_key_ = false;
  bool begun_ = false;
  bool failed_ = false;
};

// The value at `path` as it stands in `untrusted`: keys of objects, "0" is an array's first
// element. Empty: there is none.
std::string_view JsonAt(std::string_view untrusted, const std::vector<std::string>& path);

}  // namespace andon
