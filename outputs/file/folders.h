// Folders of written files: is something there, and making a path to stay.
#pragma once

#include <string>
#include <string_view>

#include "core/base/file.h"
#include "core/base/status.h"

namespace andon::file_output {

// The folder that holds `path`: "." for a bare name, "/" for "/name".
std::string FolderOf(std::string_view path);
std::string_view NameOf(std::string_view path);

// False only when it is certain that nothing is there; an error when that cannot be known (a folder
// that may not be listed).
Result<bool> Exists(FileSystem& files, const std::string& path);

// Makes `folder` and what is missing above it, all of it durable.
Status MakeFolders(FileSystem& files, const std::string& folder, uint32_t permissions);

}  // namespace andon::file_output
