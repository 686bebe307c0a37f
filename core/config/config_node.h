// A configuration as a tree whose every node knows its place, after `${ENV}`, `${file:PATH}` and
// `include:`. Problems are collected, so that all are shown at once.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/file.h"
#include "core/base/status.h"

namespace andon {

struct Mark {
  std::string file;
  int line = 0;    // From 1.
  int column = 0;  // From 1, in characters.
};

struct Problem {
  Mark mark;
  std::string message;
  // `agent.yaml:14:14: "pattern" has the wrong type`
  std::string ToString() const;
};

class Description;  // description.h: what `andon plugins` prints.

// A cheap handle; the tree lives in the Config. Which keys were asked for is remembered, so that
// what nobody asked for is found.
class ConfigNode {
 public:
  enum class Kind : uint8_t { kMissing, kNull, kScalar, kList, kMap };
  struct Data;

  ConfigNode() = default;
  explicit ConfigNode(std::shared_ptr<Data> data) : data_(std::move(data)) {}

  Kind kind() const;
  const Mark& mark() const;
  // A scalar's, expanded; of a null the word that stands there: null, ~ or nothing.
  std::string_view text() const;
  bool quoted() const;  // 'text' or "text": always a string, never a number or null.
  bool secret() const;  // Came out of ${file:...}, or a key was declared secret: never print it.

  std::vector<ConfigNode> items() const;                           // A list's.
  std::vector<std::pair<std::string, ConfigNode>> fields() const;  // A map's, in order.
  // A map's field; a node of kind kMissing (with this map's mark) when it is not there. Notes that
  // somebody knows the key.
  ConfigNode Get(std::string_view key) const;
  bool Has(std::string_view key) const;  // Notes nothing.

  // Adds a problem at this node; `"key" must be ...` or `"key": ...` when the message does not
  // begin with the key that the node stands under. A missing node reports at the map that lacks it.
  // Returns kInvalidConfig with `file:line:column: message`.
  Status Fail(std::string message) const;
  // Reports every key of this map that nobody asked for, with "did you mean". Ok when there is
  // none.
  Status RejectUnknown() const;
  // Problems reported for this node and everything below it so far.
  bool HasProblems() const;
  // The text of one of them, with its place; empty when there is none.
  std::string FirstProblem() const;

  // An empty map that stands here: for what was written as a bare word and has no options then.
  ConfigNode Empty() const;
  void MarkSecret() const;
  // Further problems of this very node are consequences, and not reported.
  void Spoil() const;
  // The value as messages show it: `is "5 s"`, `is a list`, `has no value`; never a secret.
  std::string Shown() const;

  // The same for equal content wherever it stands: expanded, without positions and comments, keys
  // in order of their names. What a reload compares. Contains secrets as hashes only.
  std::string Fingerprint() const;

  // Not null while `andon plugins` describes: readers then note their options and read nothing.
  Description* description() const;
  // Then: the dotted path of this node, "servers[].address".
  std::string DescribedPath() const;

 private:
  std::shared_ptr<Data> data_;
};

struct LoadOptions {
  // Looks an environment variable up; empty function: getenv.
  std::function<const char*(const char*)> environment;
  FileSystem* files = nullptr;  // Null: the machine's.
};

// A file, or a folder whose *.yaml and *.yml files are taken in the order of their names: lists of
// the same name (inputs, filters, outputs) are joined, maps may not set the same key twice. The
// same for what `include: [FILE, GLOB]` at the top of a file names, where it stands; `{include:
// FILE}` as an item of a list puts the items of that file's list in its place. Keys x-... at the
// top are nobody's: a place for anchors.
class Config {
 public:
  // Never null. Syntax errors and everything found while reading are in problems().
  static std::shared_ptr<Config> Load(const std::string& path, const LoadOptions& options = {});
  // From text, for tests and the control plane; `name` stands for the file in messages.
  static std::shared_ptr<Config> FromText(std::string_view text, const std::string& name,
                                          const LoadOptions& options = {});
  // A root in describe mode.
  static std::shared_ptr<Config> Describing(Description* description);

  const ConfigNode& root() const { return root_; }
  // Sorted by file and place; none twice. Thread: who reads the configuration, one at a time.
  std::vector<Problem> problems() const;
  bool ok() const { return problems().empty(); }

 private:
  friend class ConfigLoader;
  struct Shared;
  std::shared_ptr<Shared> shared_;
  ConfigNode root_;
};

}  // namespace andon
