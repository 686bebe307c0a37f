// Paths that stand in a configuration file.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/file.h"
#include "core/base/status.h"

namespace andon {

// The folder that `path` stands in; empty for a bare name.
std::string FolderOf(std::string_view path);

// `path` as seen from `folder`, without "." and "..": an absolute path stays one.
std::string ResolvePath(std::string_view folder, std::string_view path);

// `path: No such file or directory`: the status's message with the path once, in front.
std::string PathMessage(std::string_view path, const Status& status);

// True when `path` has *, ? or [ in it.
bool IsGlob(std::string_view path);

// Files whose path matches `pattern` (*, ?, [a-z] within one part; names that begin with a dot only
// when the pattern says so), in order. A folder that cannot be read has none.
std::vector<std::string> Glob(FileSystem& files, const std::string& pattern);

}  // namespace andon
