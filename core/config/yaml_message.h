// What the YAML parser complains of, in words that say what to do.
#pragma once

#include <string>
#include <string_view>

#include "core/config/source_text.h"

namespace andon {

// `line` counts from 0, as the parser does; below 0: unknown.
std::string YamlMessage(const SourceText& source, std::string_view parser_message, int line);

// True when the parser complains of a "[" or "{" that is never closed.
bool IsOpenBracket(std::string_view parser_message);

// For a `bracket` in `line` (from 0) that is never closed.
std::string OpenBracketMessage(const SourceText& source, char bracket, int line);

// `text` behind the anchor and the tag at its front.
std::string_view SkipProperties(std::string_view text);

// `~` or `null` as `text` begins with it (behind anchor and tag); else empty.
std::string_view NullWord(std::string_view text);

// False when `text` begins (behind anchor and tag) with a quote whose partner is missing.
bool ClosesItsQuote(std::string_view text);

// Tags of the core schema (!!str, !!int, ...), and none.
bool IsKnownYamlTag(std::string_view tag);

}  // namespace andon
