#include "core/plugin/plugin_files.h"

#include <dlfcn.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <set>

#ifndef ANDON_PLUGIN_ABI
#error "ANDON_PLUGIN_ABI names the symbol that a plugin's file and the program must share"
#endif

// A plugin's file wants this very symbol: the loader of a program of another version has none.
extern "C" {
extern const char ANDON_PLUGIN_ABI;
__attribute__((used)) const char ANDON_PLUGIN_ABI = 0;
}

namespace andon {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kSuffix = ".so";

std::vector<fs::path> PluginFolders() {
  std::vector<fs::path> folders;
  if (const char* given = std::getenv("ANDON_PLUGIN_DIR"); given != nullptr) {
    std::string_view rest = given;
    while (!rest.empty()) {
      const size_t colon = std::min(rest.find(':'), rest.size());
      if (colon > 0) folders.emplace_back(rest.substr(0, colon));
      rest.remove_prefix(std::min(colon + 1, rest.size()));
    }
  }
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  if (error) return folders;
  folders.push_back(program.parent_path() / "plugins");
  folders.push_back(program.parent_path().parent_path() / "lib" / "andon");
  return folders;
}

// A type is a word: it never leads out of the folder.
bool IsTypeName(std::string_view type) {
  return !type.empty() && std::all_of(type.begin(), type.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

Status OpenFile(const fs::path& file) {
  if (dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL) != nullptr) return OkStatus();
  const char* const why = dlerror();
  const std::string reason = why == nullptr ? "unknown error" : why;
  if (reason.find("undefined symbol: andon_plugin_abi_") != std::string::npos) {
    return InvalidConfig("plugin file " + file.string() +
                         " was made for another version of andon; install the one of this version");
  }
  return InvalidConfig("plugin file " + file.string() + " cannot be opened: " + reason);
}

}  // namespace

Result<bool> OpenPluginFile(std::string_view type) {
  if (!IsTypeName(type)) return false;
  for (const fs::path& folder : PluginFolders()) {
    const fs::path file = folder / (std::string(type) + std::string(kSuffix));
    std::error_code error;
    if (!fs::exists(file, error)) continue;
    RETURN_IF_ERROR(OpenFile(file));
    return true;
  }
  return false;
}

std::string PluginFolderText() {
  std::string text;
  for (const fs::path& folder : PluginFolders()) {
    text += (text.empty() ? "" : " or ") + folder.string();
  }
  return text;
}

std::vector<std::string> PluginFileTypes() {
  std::set<std::string> types;
  for (const fs::path& folder : PluginFolders()) {
    std::error_code error;
    for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
         entry.increment(error)) {
      const fs::path& file = entry->path();
      if (file.extension() == kSuffix && IsTypeName(file.stem().string())) {
        types.insert(file.stem().string());
      }
    }
  }
  return {types.begin(), types.end()};
}

}  // namespace andon
