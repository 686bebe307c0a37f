// The canonical form of a part of the configuration: what a reload compares.
#include <algorithm>
#include <cstdint>
#include <random>
#include <string>

#include "core/config/config_data.h"
#include "core/config/config_node.h"

namespace andon {
namespace {

using Kind = ConfigNode::Kind;

// FNV-1a (http://www.isthe.com/chongo/tech/comp/fnv/) from a start that nobody outside of this
// process knows, so that a fingerprint in a log or a dump says nothing of the secret.
std::string HashSecret(std::string_view secret) {
  static const uint64_t kSeeds[2] = {
      (uint64_t{std::random_device()()} << 32) ^ std::random_device()(),
      (uint64_t{std::random_device()()} << 32) ^ std::random_device()()};
  std::string text;
  for (const uint64_t seed : kSeeds) {
    uint64_t hash = 0xcbf29ce484222325U ^ seed;
    for (const char c : secret) {
      hash ^= static_cast<unsigned char>(c);
      hash *= 0x100000001b3U;
    }
    text += std::to_string(hash ^ (hash >> 29)) + "/";
  }
  return text;
}

// A length in front: no text can look like the end of another.
void AppendText(std::string_view text, std::string* out) {
  *out += std::to_string(text.size()) + ":";
  *out += text;
}

// Whether quotes around the text change what it may be read as.
bool QuotesMatter(std::string_view text) {
  if (text.empty() || text == "true" || text == "false") return true;
  return (text[0] >= '0' && text[0] <= '9') || text[0] == '-' || text[0] == '+' || text[0] == '.';
}

void AppendScalar(const ConfigNode& node, std::string* out) {
  if (node.secret()) {
    *out += 's';
    AppendText(HashSecret(node.text()), out);
    return;
  }
  *out += node.quoted() && QuotesMatter(node.text()) ? 'q' : 't';
  AppendText(node.text(), out);
}

void Append(const ConfigNode& node, std::string* out) {
  switch (node.kind()) {
    case Kind::kMissing:
    case Kind::kNull:
      *out += 'n';
      return;
    case Kind::kScalar:
      return AppendScalar(node, out);
    case Kind::kList:
      *out += '[';
      for (const ConfigNode& item : node.items()) Append(item, out);
      *out += ']';
      return;
    case Kind::kMap:
      break;
  }
  auto fields = node.fields();
  std::sort(fields.begin(), fields.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  *out += '{';
  for (const auto& [key, child] : fields) {
    AppendText(key, out);
    Append(child, out);
  }
  *out += '}';
}

}  // namespace

std::string ConfigNode::Fingerprint() const {
  std::string text;
  Append(*this, &text);
  return text;
}

}  // namespace andon
