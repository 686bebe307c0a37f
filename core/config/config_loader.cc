#include "core/config/config_loader.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "core/config/config_merge.h"
#include "core/config/config_path.h"
#include "core/config/source_text.h"
#include "core/config/yaml_tree.h"

namespace andon {
namespace {

using Kind = ConfigNode::Kind;

constexpr size_t kMaxIncludeDepth = 16;
constexpr size_t kMaxFiles = 1000;
constexpr char kNoMap[] = "a configuration is a map: \"inputs: ...\", \"outputs: ...\"";

bool IsInclude(const ConfigData& item) {
  return item.kind == Kind::kMap && item.fields.size() == 1 && item.fields[0].key == "include";
}

bool IsYamlName(std::string_view name) {
  return !name.starts_with('.') && (name.ends_with(".yaml") || name.ends_with(".yml"));
}

}  // namespace

ConfigLoader::ConfigLoader(const LoadOptions& options)
    : options_(options), problems_(std::make_shared<ProblemList>()) {
  if (options_.files == nullptr) options_.files = &RealFileSystem();
  if (!options_.environment) options_.environment = [](const char* name) { return getenv(name); };
  expand_.environment = options_.environment;
  expand_.files = options_.files;
}

std::shared_ptr<Config> ConfigLoader::LoadPath(const std::string& path) {
  // A folder cannot be read as a file: the other way around a missing file would look empty.
  const auto file = ReadFile(*options_.files, path, kMaxConfigBytes + 1);
  if (!file.ok()) {
    auto entries = options_.files->List(path);
    if (entries.ok()) return Finish(LoadFolder(path, *entries), path);
  }
  return Finish(LoadRead(path, {path, 0, 0}, file), path);
}

std::shared_ptr<Config> ConfigLoader::LoadText(std::string_view text, const std::string& name) {
  open_files_.push_back(name);
  return Finish(ResolveRoot(Parse(text, name)), name);
}

ConfigLoader::DataPtr ConfigLoader::LoadFolder(const std::string& path,
                                               const std::vector<DirectoryEntry>& entries) {
  auto root = std::make_shared<ConfigData>();
  root->kind = Kind::kMap;
  root->mark = {path, 0, 0};
  root->problems = problems_;
  std::vector<std::string> names;
  for (const DirectoryEntry& entry : entries) {
    if (IsYamlName(entry.name)) names.push_back(entry.name);
  }
  std::sort(names.begin(), names.end());
  for (const std::string& name : names) roots_.insert(ResolvePath(path, name));
  for (const std::string& name : names) {
    const std::string file = ResolvePath(path, name);
    MergeRoot(LoadFile(file, {file, 0, 0}), *root);
  }
  if (names.empty()) root->Fail(root->mark, "folder holds no *.yaml or *.yml file");
  return root;
}

bool ConfigLoader::IsOpen(const std::string& path) const {
  return std::find(open_files_.begin(), open_files_.end(), path) != open_files_.end();
}

bool ConfigLoader::Enter(const std::string& path, const Mark& at) {
  if (IsOpen(path)) {
    problems_->Add(at, "\"" + path + "\" includes itself");
    return false;
  }
  if (open_files_.size() >= kMaxIncludeDepth || ++files_ > kMaxFiles) {
    problems_->Add(at, "too many files included: at most " + std::to_string(kMaxFiles) + ", and " +
                           std::to_string(kMaxIncludeDepth) + " within each other");
    return false;
  }
  open_files_.push_back(path);
  return true;
}

ConfigLoader::DataPtr ConfigLoader::Parse(std::string_view text, const std::string& name) {
  const SourceText source(name, text);
  std::vector<Problem> problems;
  if (!source.Check(&problems)) {
    for (Problem& problem : problems) problems_->Add(problem.mark, problem.message);
    auto root = std::make_shared<ConfigData>();
    root->kind = Kind::kMap;
    root->mark = {name, 1, 1};
    root->broken = true;
    root->problems = problems_;
    return root;
  }
  DataPtr root = ParseYaml(source, problems_);
  if (root == nullptr) return nullptr;
  values_ += root->weight;
  if (values_ > kMaxConfigValues) {
    problems_->Add(root->mark, "more than " + std::to_string(kMaxConfigValues) +
                                   " values in all included files");
    return nullptr;
  }
  return root;
}

ConfigLoader::DataPtr ConfigLoader::LoadFile(const std::string& path, const Mark& at) {
  return LoadRead(path, at, ReadFile(*options_.files, path, kMaxConfigBytes + 1));
}

ConfigLoader::DataPtr ConfigLoader::LoadRead(const std::string& path, const Mark& at,
                                             const Result<std::string>& text) {
  if (!Enter(path, at)) return nullptr;
  DataPtr root;
  if (!text.ok()) {
    std::string message = PathMessage(path, text.status());
    // The place says the path already.
    if (at.line == 0 && at.file == path) message.erase(0, path.size() + 2);
    problems_->Add(at, message);
  } else {
    root = Parse(*text, path);
    // Lists are for {include: ...} within a list; the caller sees to it.
    if (root != nullptr && root->kind != Kind::kList) {
      root = ResolveRoot(root);
    } else if (root != nullptr) {
      Resolve(root);
    }
  }
  open_files_.pop_back();
  return root;
}

ConfigLoader::DataPtr ConfigLoader::ResolveRoot(const DataPtr& root) {
  if (root == nullptr || root->kind == Kind::kNull) return nullptr;
  if (root->kind != Kind::kMap) {
    root->Fail(root->mark, kNoMap);
    root->broken = true;
    return root;
  }
  auto merged = std::make_shared<ConfigData>(*root);
  merged->fields.clear();
  for (const ConfigData::Field& field : root->fields) {
    if (field.key.starts_with("x-")) continue;
    if (field.key == "include") {
      IncludeRoots(field.value, *merged);
      continue;
    }
    Resolve(field.value);
    MergeField(field, *merged, MergeLevel::kRoot);
  }
  return merged;
}

void ConfigLoader::IncludeRoots(const DataPtr& include, ConfigData& into) {
  for (const std::string& path : IncludedPaths(include)) {
    if (!IsOpen(path) && !roots_.insert(path).second) {
      include->Fail(include->mark, "\"" + path + "\" is read already");
      continue;
    }
    MergeRoot(LoadFile(path, include->mark), into);
  }
}

void ConfigLoader::MergeRoot(const DataPtr& from, ConfigData& into) {
  if (from == nullptr) return;
  if (from->broken) into.broken = true;
  if (from->kind != Kind::kMap) {
    if (!from->broken) from->Fail(from->mark, kNoMap);
    into.broken = true;
    return;
  }
  for (const ConfigData::Field& field : from->fields) MergeField(field, into, MergeLevel::kRoot);
}

std::vector<std::string> ConfigLoader::IncludedPaths(const DataPtr& include) {
  Resolve(include);
  std::vector<DataPtr> names = {include};
  if (include->kind == Kind::kList) names = include->items;
  std::vector<std::string> paths;
  const std::string folder = FolderOf(open_files_.back());
  for (const DataPtr& name : names) {
    if (name->broken) continue;
    if (name->kind != Kind::kScalar || name->text.empty()) {
      name->Fail(name->mark, "\"include\" needs a file, a glob, or a list of them");
      continue;
    }
    const std::string path = ResolvePath(folder, name->text);
    if (!IsGlob(path)) {
      paths.push_back(path);
      continue;
    }
    for (std::string& found : Glob(*options_.files, path)) paths.push_back(std::move(found));
  }
  return paths;
}

void ConfigLoader::Resolve(const DataPtr& data) {
  if (std::exchange(data->resolved, true)) return;
  if (data->kind == Kind::kScalar) return ResolveScalar(*data);
  if (data->kind == Kind::kList) return ResolveList(data);
  for (const ConfigData::Field& field : data->fields) Resolve(field.value);
}

void ConfigLoader::ResolveScalar(ConfigData& scalar) {
  if (scalar.text.find("${") == std::string::npos) return;
  expand_.folder = FolderOf(open_files_.back());
  auto expansion = Expand(scalar.text, expand_);
  if (!expansion.ok()) {
    scalar.broken = true;
    scalar.Fail(scalar.mark, std::string(expansion.status().message()));
    return;
  }
  scalar.text = std::move(expansion->text);
  scalar.expanded = expansion->changed;
  scalar.secret = expansion->secret;
}

void ConfigLoader::ResolveList(const DataPtr& list) {
  std::vector<DataPtr> items;
  for (const DataPtr& item : list->items) {
    if (IsInclude(*item)) {
      Splice(item->fields[0].value, &items);
    } else {
      Resolve(item);
      items.push_back(item);
    }
  }
  list->items = std::move(items);
}

void ConfigLoader::Splice(const DataPtr& include, std::vector<DataPtr>* items) {
  for (const std::string& path : IncludedPaths(include)) {
    const DataPtr root = LoadFile(path, include->mark);
    if (root == nullptr) continue;
    if (root->kind == Kind::kList) {
      items->insert(items->end(), root->items.begin(), root->items.end());
    } else if (root->kind == Kind::kMap && !root->broken) {
      items->push_back(root);
    }
  }
}

}  // namespace andon
