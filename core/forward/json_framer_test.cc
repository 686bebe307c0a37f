#include "core/forward/json_framer.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace andon::forward {
namespace {

std::vector<std::string> Documents(const std::string& text, size_t step) {
  JsonFramer framer;
  std::vector<std::string> documents;
  std::string current;
  for (size_t at = 0; at < text.size(); at += step) {
    std::string piece = text.substr(at, step);
    while (!piece.empty()) {
      const auto end = framer.Feed(AsBytes(piece));
      current += piece.substr(0, end.value_or(piece.size()));
      piece.erase(0, end.value_or(piece.size()));
      if (!end.has_value()) continue;
      documents.push_back(current);
      current.clear();
      framer.Reset();
    }
  }
  return documents;
}

TEST(JsonFramerTest, FindsTheEndsHoweverTheBytesAreCut) {
  const std::string text = "[\"a]\\\"}\", [1, {\"b\": \"\\\\\"}]]\n {\"c\": []} []";
  const std::vector<std::string> wanted = {"[\"a]\\\"}\", [1, {\"b\": \"\\\\\"}]]",
                                           "\n {\"c\": []}", " []"};
  for (size_t step = 1; step <= text.size(); ++step) EXPECT_EQ(Documents(text, step), wanted);
}

}  // namespace
}  // namespace andon::forward
