// The files of deploy/elasticsearch, compiled in.
#pragma once

#include <string>
#include <string_view>

namespace andon::elasticsearch {

struct EmbeddedFile {
  std::string_view name;
  std::string_view text;
};

// Of the file `name`, which is one of them.
std::string_view TemplateFile(std::string_view name);

// The same for other names: every "andon-*" becomes `pattern`, every "andon" and "andon-..." that
// is the name of something installed begins with `name`.
std::string TemplateFor(std::string_view file, std::string_view name, std::string_view pattern);

}  // namespace andon::elasticsearch
