// Plugins in files of their own: TYPE.so holds the plugins that are called TYPE, whatever their
// kind, and is opened when a configuration first names it. So a collector carries no library that
// it does not use.
//
// Looked for in the folders of ANDON_PLUGIN_DIR (parted by colons), in `plugins` beside the
// program, and in ../lib/andon from there. A file is made for one version of andon: another
// version's is refused before any of its code runs.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/status.h"

namespace andon {

// Opens the file of `type`; its plugins are in the registries then. False: there is no such file.
// An error says what is wrong with the one that there is. Opened files stay. Thread: main.
Result<bool> OpenPluginFile(std::string_view type);

// Where files are looked for, as a sentence goes on: "/usr/bin/plugins or /usr/lib/andon".
std::string PluginFolderText();

// The types that have a file, sorted.
std::vector<std::string> PluginFileTypes();

}  // namespace andon
