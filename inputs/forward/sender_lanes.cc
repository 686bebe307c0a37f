#include "inputs/forward/sender_lanes.h"

#include <ctime>
#include <optional>
#include <vector>

#include "core/base/bytes.h"
#include "core/plugin/position_text.h"

namespace andon::forward {
namespace {

constexpr std::string_view kPrefix = "forward.seen:";
constexpr uint32_t kSecondsPerDay = 24 * 3600;
constexpr Duration kQuiet = std::chrono::hours(1);

std::string SeenSource(std::string_view source) {
  std::string name(kPrefix);
  name += source;
  return name;
}

const RegisterPositionText kText(
    "forward.seen", [](std::string_view value) -> std::optional<std::string> {
      if (value.size() != sizeof(uint32_t)) return std::nullopt;
      const time_t time = time_t{LoadBigEndian<uint32_t>(AsBytes(value).data())} * kSecondsPerDay;
      tm parts{};
      gmtime_r(&time, &parts);
      char text[32];
      return std::string(text, strftime(text, sizeof text, "last heard of on %Y-%m-%d", &parts));
    });

}  // namespace

uint32_t SenderLanes::Today() const { return loop_.WallNow().seconds / kSecondsPerDay; }

bool SenderLanes::HeardLately(const std::string& source) const {
  const auto at = heard_.find(source);
  return at != heard_.end() && loop_.Now() - at->second.at < expiry_;
}

void SenderLanes::Seen(const std::string& source, Turn& turn) {
  const uint32_t today = Today();
  const auto [at, fresh] = heard_.try_emplace(source, Heard{today, loop_.Now()});
  at->second.at = loop_.Now();
  if (!fresh && at->second.day == today) return;
  at->second.day = today;
  std::string value(sizeof today, '\0');
  StoreBigEndian(reinterpret_cast<std::byte*>(value.data()), today);
  turn.AddPosition(SeenSource(source), std::move(value), Position::Kind::kReplace);
}

void SenderLanes::Closed(const std::string& source) { closed_.emplace_back(loop_.Now(), source); }

void SenderLanes::Erase(const std::string& source, Turn& turn) {
  heard_.erase(source);
  turn.AddPosition(source, {}, Position::Kind::kErase);
  turn.AddPosition(SeenSource(source), {}, Position::Kind::kErase);
}

void SenderLanes::Expire(Turn& turn) {
  const MonotonicTime now = loop_.Now();
  for (; !closed_.empty() && now - closed_.front().first >= kQuiet; closed_.pop_front()) {
    Erase(closed_.front().second, turn);
  }
  if (now - started_ < kQuiet) return;
  const auto days =
      static_cast<uint32_t>(std::chrono::duration_cast<std::chrono::hours>(expiry_).count() / 24);
  std::vector<std::string> dead;
  positions_.ForEach(kPrefix, [&](std::string_view name, std::string_view value) {
    if (value.size() != sizeof(uint32_t)) return;
    const auto day = LoadBigEndian<uint32_t>(AsBytes(value).data());
    std::string source(name.substr(kPrefix.size()));
    if (uint64_t{day} + days >= Today() || HeardLately(source)) return;
    dead.push_back(std::move(source));
  });
  for (const std::string& source : dead) Erase(source, turn);
}

}  // namespace andon::forward
