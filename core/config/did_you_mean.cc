#include "core/config/did_you_mean.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <vector>

namespace andon {
namespace {

constexpr size_t kLongestWord = 64;
constexpr size_t kMostListed = 16;

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// `warning` for "warn", `gz` for "gzip".
bool OneBeginsTheOther(std::string_view a, std::string_view b) {
  constexpr size_t kShortest = 2;
  const size_t common = std::min(a.size(), b.size());
  return common >= kShortest && EditDistance(a.substr(0, common), b.substr(0, common)) == 0;
}

}  // namespace

size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<size_t> before(b.size() + 1);
  std::vector<size_t> above(b.size() + 1);
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) above[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t replace = Lower(a[i - 1]) == Lower(b[j - 1]) ? 0 : 1;
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + replace});
      const bool swapped = i > 1 && j > 1 && Lower(a[i - 1]) == Lower(b[j - 2]) &&
                           Lower(a[i - 2]) == Lower(b[j - 1]);
      if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    before.swap(above);
    above.swap(row);
  }
  return above[b.size()];
}

std::string_view NearestWord(std::string_view typed, std::span<const std::string> words) {
  if (typed.empty() || typed.size() > kLongestWord) return {};
  std::string_view nearest;
  size_t least = SIZE_MAX;
  for (const std::string& word : words) {
    if (word.size() > kLongestWord) continue;
    const size_t longer = std::max(typed.size(), word.size());
    const size_t edits = EditDistance(typed, word);
    // One edit in three letters, and never a wholly different word.
    if (edits > std::max<size_t>(1, longer / 3) || edits >= longer) continue;
    if (edits < least) {
      least = edits;
      nearest = word;
    }
  }
  if (!nearest.empty()) return nearest;
  for (const std::string& word : words) {
    if (OneBeginsTheOther(typed, word)) return word;
  }
  return {};
}

std::string DidYouMean(std::string_view typed, std::span<const std::string> words) {
  const std::string_view nearest = NearestWord(typed, words);
  if (nearest.empty()) return {};
  return "; did you mean \"" + std::string(nearest) + "\"?";
}

std::string DidYouMeanOneOf(std::string_view typed, std::span<const std::string> words) {
  std::string said = DidYouMean(typed, words);
  if (!said.empty() || words.empty() || words.size() > kMostListed) return said;
  std::vector<std::string> sorted(words.begin(), words.end());
  std::ranges::sort(sorted);
  sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
  return fmt::format("; there {} {}", sorted.size() == 1 ? "is" : "are", fmt::join(sorted, ", "));
}

}  // namespace andon
