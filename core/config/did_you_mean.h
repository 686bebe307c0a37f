// What somebody who mistyped a word may have meant.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace andon {

// Edits (insert, delete, replace, swap of neighbours: Damerau-Levenshtein, each place edited once)
// between two words, upper and lower case taken as equal.
size_t EditDistance(std::string_view a, std::string_view b);

// The nearest of `words` when it is near enough to be what was meant; else empty.
std::string_view NearestWord(std::string_view typed, std::span<const std::string> words);

// `; did you mean "path"?`, or empty.
std::string DidYouMean(std::string_view typed, std::span<const std::string> words);
// The same; where nothing is near and the words are few: `; there are data_dir, log`.
std::string DidYouMeanOneOf(std::string_view typed, std::span<const std::string> words);

}  // namespace andon
