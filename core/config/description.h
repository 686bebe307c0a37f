// What the readers said of their options in describe mode: the source of `andon plugins`.
#pragma once

#include <string>
#include <vector>

namespace andon {

struct OptionDescription {
  std::string key;           // Dotted below nested maps: "tls.ca", "servers[].address".
  std::string type;          // "duration", "size", "group | os", "list of string"
  std::string default_text;  // Empty when required or when absent means off.
  std::string help;
  bool required = false;
};

class Description {
 public:
  void Add(OptionDescription option) { options_.push_back(std::move(option)); }
  const std::vector<OptionDescription>& options() const { return options_; }

 private:
  std::vector<OptionDescription> options_;
};

}  // namespace andon
