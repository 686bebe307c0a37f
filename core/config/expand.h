// `${NAME}`, `${NAME:-default}` and `${file:PATH}` in the values of a configuration.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "core/base/file.h"
#include "core/base/status.h"

namespace andon {

struct Expansion {
  std::string text;
  bool changed = false;  // Something was put in.
  bool secret = false;   // A file's content was.
};

struct ExpandContext {
  std::function<const char*(const char*)> environment;
  FileSystem* files;
  std::string folder;  // What relative paths begin at; empty: the working directory.
};

// Only names of A-Z, 0-9 and _ are environment variables: `${tag}` or `${record["a"]}` belong to a
// plugin and stay as they are. `$${` is a plain `${`. What is put in is not expanded again.
// kInvalidConfig for a variable that is not set, a file that cannot be read, a "}" that is missing.
Result<Expansion> Expand(std::string_view text, const ExpandContext& context);

}  // namespace andon
