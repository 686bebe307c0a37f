#include "test/simulation/sim_log.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <utility>

namespace andon {

void SimLog::Append(const std::string& text) const {
  if (!text.empty()) std::ofstream(folder_.Path("app.log"), std::ios::app) << text;
}

void SimLog::Write(uint64_t lines, Random& random) {
  std::string text = std::exchange(rest_, {});
  for (; lines > 0 && next_ <= last_; --lines) {
    text += R"({"n":)" + std::to_string(next_++) + R"(,"src":")" + source_ + "\"}\n";
  }
  if (random.Below(3) == 0) {
    const size_t whole = text.size() - random.Below(std::min<size_t>(text.size(), 20) + 1);
    rest_ = text.substr(whole);
    text.resize(whole);
  }
  Append(text);
}

void SimLog::Finish() {
  std::string text = std::exchange(rest_, {});
  for (; next_ <= last_; ++next_) {
    text += R"({"n":)" + std::to_string(next_) + R"(,"src":")" + source_ + "\"}\n";
  }
  Append(text);
}

// The program goes on in a new file; what it had begun there comes first.
void SimLog::Rotate() {
  Append(std::exchange(rest_, {}));
  const std::string log = folder_.Path("app.log");
  if (!std::filesystem::exists(log)) return;
  std::filesystem::rename(log, log + "." + std::to_string(++rotations_));
}

}  // namespace andon
