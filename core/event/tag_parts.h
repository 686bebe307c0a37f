// A tag by its parts, as `${tag_parts[n]}`, `${tag_prefix[n]}` and `${tag_suffix[n]}` mean it.
#pragma once

#include <optional>
#include <string_view>

namespace andon {

// Part `n` of a tag: "log.http.access" has "log" as part 0 and as part -3. Empty optional: there is
// no such part.
std::optional<std::string_view> TagPart(std::string_view tag, int n);
// The first parts up to and including part `n`: TagPrefix("a.b.c", 1) is "a.b".
std::optional<std::string_view> TagPrefix(std::string_view tag, int n);
// The last parts from part `n` on: TagSuffix("a.b.c", 1) is "b.c".
std::optional<std::string_view> TagSuffix(std::string_view tag, int n);

}  // namespace andon
