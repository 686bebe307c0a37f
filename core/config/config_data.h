// The tree behind ConfigNode, for the files of core/config only.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/config/config_node.h"

namespace andon {

// Every problem of one Config, in the order found.
class ProblemList {
 public:
  // Past the limit problems are dropped: nobody reads ten thousand.
  void Add(Mark mark, std::string message);
  const std::vector<Problem>& all() const { return all_; }

 private:
  static constexpr size_t kLimit = 10'000;
  std::vector<Problem> all_;
};

struct ConfigNode::Data {
  Kind kind = Kind::kMissing;
  Mark mark;
  std::string name;  // The key that it stands under; empty for a map in a list. Describing: prefix.
  std::string text;
  bool quoted = false;
  bool expanded = false;  // Something was put in for a ${...}.
  bool secret = false;
  bool broken = false;    // Has a problem that makes every other one here a consequence.
  bool resolved = false;  // ${...} and include are done.
  size_t weight = 1;      // Values in the tree below, shared ones counted each time.
  size_t height = 1;
  std::string first_problem;  // Of this very node; empty: none.

  std::vector<std::shared_ptr<Data>> items;
  struct Field {
    std::string key;
    Mark mark;
    std::shared_ptr<Data> value;
    bool asked = false;
  };
  std::vector<Field> fields;
  std::vector<std::string> asked;  // Every key that somebody asked for, there or not.

  std::shared_ptr<Data> owner;  // Of a missing one: the map that lacks it.
  std::shared_ptr<ProblemList> problems;
  Description* description = nullptr;

  Field* Find(std::string_view key);
  // Reports at `at` and remembers it for this node.
  void Fail(const Mark& at, const std::string& message);
};

using ConfigData = ConfigNode::Data;

}  // namespace andon
