#include "core/config/config_node.h"

#include <algorithm>
#include <tuple>

#include "core/config/config_data.h"
#include "core/config/config_loader.h"
#include "core/config/description.h"
#include "core/config/did_you_mean.h"

namespace andon {
namespace {

using Kind = ConfigNode::Kind;

const Mark kNowhere;

bool StartsLikeVerb(std::string_view message) {
  for (const std::string_view verb : {"must ", "is ", "has ", "needs ", "cannot ", "names "}) {
    if (message.substr(0, verb.size()) == verb) return true;
  }
  return false;
}

// `"pattern" must be text`, `"listen": port is missing`
std::string WithName(const std::string& name, std::string message) {
  const std::string quoted = "\"" + name + "\"";
  if (name.empty() || message.starts_with(quoted)) return message;
  if (message.starts_with(name + " ")) return quoted + message.substr(name.size());
  return quoted + (StartsLikeVerb(message) ? " " : ": ") + message;
}

std::string OneLine(std::string text) {
  std::replace_if(
      text.begin(), text.end(),
      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }, '?');
  return text;
}

// One line, printable and not long, whatever the value is.
std::string Printable(std::string_view text) {
  constexpr size_t kLongest = 60;
  std::string shown = OneLine(std::string(text.substr(0, kLongest)));
  if (text.size() > kLongest) {
    // Not in the middle of a character.
    while (!shown.empty() && (static_cast<unsigned char>(shown.back()) & 0xC0) == 0x80) {
      shown.pop_back();
    }
    if (!shown.empty() && (static_cast<unsigned char>(shown.back()) & 0x80) != 0) shown.pop_back();
    shown += "...";
  }
  return shown;
}

}  // namespace

std::string Problem::ToString() const {
  std::string text = mark.file;
  if (mark.line > 0) {
    text += ":" + std::to_string(mark.line) + ":" + std::to_string(mark.column);
  }
  return text + ": " + message;
}

void ProblemList::Add(Mark mark, std::string message) {
  if (all_.size() >= kLimit) return;
  // Names out of the file may hold anything; a problem is one line.
  mark.file = OneLine(std::move(mark.file));
  all_.push_back({std::move(mark), OneLine(std::move(message))});
}

ConfigNode::Data::Field* ConfigNode::Data::Find(std::string_view key) {
  const auto found = std::find_if(fields.begin(), fields.end(),
                                  [key](const Field& field) { return field.key == key; });
  return found == fields.end() ? nullptr : &*found;
}

void ConfigNode::Data::Fail(const Mark& at, const std::string& message) {
  if (first_problem.empty()) first_problem = Problem{at, message}.ToString();
  if (problems != nullptr) problems->Add(at, message);
}

Kind ConfigNode::kind() const { return data_ == nullptr ? Kind::kMissing : data_->kind; }
const Mark& ConfigNode::mark() const { return data_ == nullptr ? kNowhere : data_->mark; }
std::string_view ConfigNode::text() const {
  return data_ == nullptr ? std::string_view() : std::string_view(data_->text);
}
// "${PORT}" in quotes is a number where one belongs.
bool ConfigNode::quoted() const { return data_ != nullptr && data_->quoted && !data_->expanded; }
bool ConfigNode::secret() const { return data_ != nullptr && data_->secret; }
void ConfigNode::MarkSecret() const {
  if (data_ != nullptr) data_->secret = true;
}
void ConfigNode::Spoil() const {
  if (data_ != nullptr) data_->broken = true;
}
Description* ConfigNode::description() const {
  return data_ == nullptr ? nullptr : data_->description;
}

std::string ConfigNode::DescribedPath() const {
  if (data_ == nullptr || data_->name.empty()) return {};
  return data_->name.substr(0, data_->name.size() - 1);  // Without the dot for what comes below.
}

std::vector<ConfigNode> ConfigNode::items() const {
  std::vector<ConfigNode> nodes;
  if (data_ == nullptr) return nodes;
  nodes.reserve(data_->items.size());
  for (const auto& item : data_->items) nodes.emplace_back(item);
  return nodes;
}

std::vector<std::pair<std::string, ConfigNode>> ConfigNode::fields() const {
  std::vector<std::pair<std::string, ConfigNode>> nodes;
  if (data_ == nullptr) return nodes;
  nodes.reserve(data_->fields.size());
  for (const Data::Field& field : data_->fields) nodes.emplace_back(field.key, field.value);
  return nodes;
}

ConfigNode ConfigNode::Get(std::string_view key) const {
  if (data_ == nullptr) return {};
  if (Data::Field* field = data_->Find(key)) {
    field->asked = true;
    return ConfigNode(field->value);
  }
  auto missing = std::make_shared<Data>();
  missing->mark = data_->mark;
  missing->problems = data_->problems;
  missing->broken = data_->broken;
  missing->owner = data_;
  missing->description = data_->description;
  missing->name = std::string(key);
  if (data_->description != nullptr) {
    missing->name = data_->name + std::string(key) + ".";
  } else if (std::find(data_->asked.begin(), data_->asked.end(), key) == data_->asked.end()) {
    data_->asked.emplace_back(key);
  }
  return ConfigNode(std::move(missing));
}

bool ConfigNode::Has(std::string_view key) const {
  return data_ != nullptr && data_->Find(key) != nullptr;
}

ConfigNode ConfigNode::Empty() const {
  auto empty = std::make_shared<Data>();
  empty->kind = Kind::kMap;
  empty->mark = mark();
  empty->owner = data_;
  if (data_ != nullptr) {
    empty->problems = data_->problems;
    empty->broken = data_->broken;
    empty->description = data_->description;
  }
  return ConfigNode(std::move(empty));
}

Status ConfigNode::Fail(std::string message) const {
  if (data_ == nullptr) return InvalidConfig(std::move(message));
  if (data_->description != nullptr) return InvalidConfig("describing");
  message = WithName(data_->name, std::move(message));
  Status status = InvalidConfig(Problem{data_->mark, message}.ToString());
  if (data_->broken) return status;  // A consequence of what was reported already.
  data_->Fail(data_->mark, message);
  for (Data* owner = data_->owner.get(); owner != nullptr; owner = owner->owner.get()) {
    if (owner->first_problem.empty()) owner->first_problem = std::string(status.message());
  }
  return status;
}

Status ConfigNode::RejectUnknown() const {
  if (data_ == nullptr || data_->description != nullptr) return OkStatus();
  std::vector<std::string> known = data_->asked;
  for (const Data::Field& field : data_->fields) {
    if (field.asked) known.push_back(field.key);
  }
  Status first;
  for (const Data::Field& field : data_->fields) {
    if (field.asked) continue;
    const std::string message =
        "unknown option \"" + Printable(field.key) + "\"" + DidYouMeanOneOf(field.key, known);
    if (first.ok()) first = InvalidConfig(Problem{field.mark, message}.ToString());
    data_->Fail(field.mark, message);
  }
  return first;
}

std::string ConfigNode::FirstProblem() const {
  if (data_ == nullptr) return {};
  if (!data_->first_problem.empty()) return data_->first_problem;
  if (data_->broken) return Problem{data_->mark, "cannot be read"}.ToString();
  for (const auto& item : data_->items) {
    std::string problem = ConfigNode(item).FirstProblem();
    if (!problem.empty()) return problem;
  }
  for (const Data::Field& field : data_->fields) {
    std::string problem = ConfigNode(field.value).FirstProblem();
    if (!problem.empty()) return problem;
  }
  return {};
}

bool ConfigNode::HasProblems() const { return !FirstProblem().empty(); }

std::string ConfigNode::Shown() const {
  switch (kind()) {
    case Kind::kMissing:
      return "is missing";
    case Kind::kNull:
      return "has no value";
    case Kind::kList:
      return "is a list";
    case Kind::kMap:
      return "is a map";
    case Kind::kScalar:
      break;
  }
  if (secret()) return "is a secret that is none";
  return "is \"" + Printable(text()) + "\"";
}

struct Config::Shared {
  std::shared_ptr<ProblemList> problems;
};

std::shared_ptr<Config> Config::Load(const std::string& path, const LoadOptions& options) {
  return ConfigLoader(options).LoadPath(path);
}

std::shared_ptr<Config> Config::FromText(std::string_view text, const std::string& name,
                                         const LoadOptions& options) {
  return ConfigLoader(options).LoadText(text, name);
}

std::shared_ptr<Config> Config::Describing(Description* description) {
  auto root = std::make_shared<ConfigNode::Data>();
  root->description = description;
  auto config = std::make_shared<Config>();
  config->shared_ = std::make_shared<Shared>();
  config->shared_->problems = std::make_shared<ProblemList>();
  config->root_ = ConfigNode(std::move(root));
  return config;
}

std::vector<Problem> Config::problems() const {
  std::vector<Problem> sorted = shared_->problems->all();
  const auto key = [](const Problem& problem) {
    return std::tie(problem.mark.file, problem.mark.line, problem.mark.column, problem.message);
  };
  std::sort(sorted.begin(), sorted.end(),
            [&key](const Problem& a, const Problem& b) { return key(a) < key(b); });
  sorted.erase(std::unique(sorted.begin(), sorted.end(),
                           [&key](const Problem& a, const Problem& b) { return key(a) == key(b); }),
               sorted.end());
  return sorted;
}

// Here because Config::Shared is this file's.
std::shared_ptr<Config> ConfigLoader::Finish(DataPtr root, const std::string& name) {
  if (root == nullptr) {
    root = std::make_shared<ConfigData>();
    root->kind = Kind::kMap;
    root->mark = {name, 1, 1};
    root->problems = problems_;
    root->broken = !problems_->all().empty();
    if (!root->broken) root->Fail(root->mark, "configuration is empty");
    root->broken = true;
  }
  auto config = std::make_shared<Config>();
  config->shared_ = std::make_shared<Config::Shared>();
  config->shared_->problems = problems_;
  config->root_ = ConfigNode(std::move(root));
  return config;
}

}  // namespace andon
