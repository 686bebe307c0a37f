#include "core/event/tag_parts.h"

#include <algorithm>

namespace andon {

namespace {

struct Place {
  size_t begin;
  size_t end;
};

std::optional<Place> Find(std::string_view tag, int n) {
  const auto parts = static_cast<int>(std::ranges::count(tag, '.')) + 1;
  if (n < 0) n += parts;
  if (n < 0 || n >= parts) return std::nullopt;
  size_t begin = 0;
  for (; n > 0; --n) begin = tag.find('.', begin) + 1;
  return Place{begin, std::min(tag.find('.', begin), tag.size())};
}

}  // namespace

std::optional<std::string_view> TagPart(std::string_view tag, int n) {
  const auto place = Find(tag, n);
  if (!place.has_value()) return std::nullopt;
  return tag.substr(place->begin, place->end - place->begin);
}

std::optional<std::string_view> TagPrefix(std::string_view tag, int n) {
  const auto place = Find(tag, n);
  if (!place.has_value()) return std::nullopt;
  return tag.substr(0, place->end);
}

std::optional<std::string_view> TagSuffix(std::string_view tag, int n) {
  const auto place = Find(tag, n);
  if (!place.has_value()) return std::nullopt;
  return tag.substr(place->begin);
}

}  // namespace andon
