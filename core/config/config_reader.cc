#include "core/config/config_reader.h"

#include <algorithm>
#include <utility>

#include "core/config/config_data.h"
#include "core/config/description.h"

namespace andon {

using Kind = ConfigNode::Kind;

namespace {

// Up to the first colon or semicolon: what the option is, without the ifs and buts.
std::string_view FirstClause(std::string_view help) {
  return help.substr(0, std::min(help.find(": "), help.find("; ")));
}

// Nothing that could be what is required.
bool IsEmpty(const ConfigNode& node) {
  return (node.kind() == Kind::kScalar && node.text().empty()) ||
         (node.kind() == Kind::kList && node.items().empty());
}

}  // namespace

ConfigReader::ConfigReader(const ConfigNode& node) : node_(node) {
  const Kind kind = node.kind();
  if (describing() || kind == Kind::kMap || kind == Kind::kMissing) return;
  (void)node.Fail("must be a map of options, " + node.Shown());
  node.Spoil();
  node_ = node.Empty();
  broken_ = true;
}

bool ConfigReader::describing() const { return node_.description() != nullptr; }

ConfigNode ConfigReader::Want(const char* key, const char* help, bool required) {
  ConfigNode child = node_.Get(key);
  if (child.kind() != Kind::kMissing && child.kind() != Kind::kNull) {
    if (!required || !IsEmpty(child)) return child;
    (void)child.Fail(child.kind() == Kind::kList ? "must have at least one item"
                                                 : "must not be empty");
    child.Spoil();
    return {};
  }
  if (required && !broken_) {
    std::string message =
        child.kind() == Kind::kNull ? "is required but has no value" : "is required";
    const std::string_view what = FirstClause(help);
    if (!what.empty()) message += " (" + std::string(what) + ")";
    (void)child.Fail(std::move(message));
  }
  return {};
}

void ConfigReader::Describe(const char* key, const std::string& type,
                            const std::string& default_text, const char* help, bool required) {
  const ConfigNode child = node_.Get(key);
  std::string path = child.DescribedPath();
  node_.description()->Add({std::move(path), type, default_text, help, required});
}

ConfigNode ConfigReader::Child(const char* key, bool required, const char* type,
                               const char* default_text, const char* help) {
  if (describing()) {
    Describe(key, type, default_text, help, required);
    return node_.Get(key);
  }
  return Want(key, help, required);
}

ConfigNode ConfigReader::Begin(const char* key, bool optional, const char* help) {
  if (describing()) {
    Describe(key, "map", "", help, false);
    return node_.Get(key);
  }
  ConfigNode child = node_.Get(key);
  if (child.kind() != Kind::kNull) return child;
  // `tls:` with nothing behind it is what is left when all its options are commented out.
  return optional ? ConfigNode() : child.Empty();
}

std::vector<ConfigNode> ConfigReader::BeginList(const char* key, bool required, const char* help) {
  if (describing()) {
    Describe(key, "list of maps", "", help, required);
    return {node_.Get(std::string(key) + "[]")};
  }
  const ConfigNode child = Want(key, help, required);
  if (child.kind() == Kind::kMissing) return {};
  if (child.kind() != Kind::kList) {
    (void)child.Fail("must be a list of maps, " + child.Shown());
    return {};
  }
  return child.items();
}

void ConfigReader::Close(ConfigReader& reader) {
  if (!describing() && !reader.broken_) (void)reader.node_.RejectUnknown();
}

void ConfigReader::Fail(const char* key, std::string message) {
  if (describing()) return;
  (void)node_.Get(key).Fail(std::move(message));
}

Status ConfigReader::Finish() {
  if (describing()) return OkStatus();
  Close(*this);
  std::string problem = node_.FirstProblem();
  if (problem.empty() && !broken_) return OkStatus();
  return InvalidConfig(problem.empty() ? "configuration is invalid" : std::move(problem));
}

}  // namespace andon
