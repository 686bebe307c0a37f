#include "test/support/fake_wire.h"

#include <algorithm>

#include "test/support/fake_socket.h"

namespace andon {

FakeWire::FakeWire(FakeWorld& world) : world_(world), loop_(world) {}

FakeWire::~FakeWire() {
  later_.clear();
  std::vector<std::shared_ptr<FakeSocket>> left;  // They hold each other.
  for (FakeSocket* socket : sockets_) left.push_back(socket->shared_from_this());
  for (const auto& socket : left) socket->Sever();
}

void FakeWire::Cut(const std::string& host) {
  for (FakeSocket* socket : sockets_) {
    if (host.empty() || socket->host() == host) socket->CutOff();
  }
}

void FakeWire::PowerOff(const std::string& host) {
  for (FakeSocket* socket : sockets_) {
    if (socket->host() == host) socket->GoSilent();
  }
}

void FakeWire::Unplug(const std::string& host, bool unplugged) {
  if (unplugged) {
    unplugged_[host] = true;
    return;
  }
  unplugged_.erase(host);
  for (FakeSocket* socket : sockets_) socket->SendWaiting();
}

size_t FakeWire::open_connections() const { return sockets_.size(); }

bool FakeWire::Chance(double probability) {
  if (probability <= 0) return false;
  constexpr uint64_t kScale = uint64_t{1} << 32;
  return static_cast<double>(world_.random().Below(kScale)) <
         probability * static_cast<double>(kScale);
}

size_t FakeWire::Part(size_t bytes) {
  if (bytes <= 1 || !Chance(faults.partial)) return bytes;
  return 1 + world_.random().Below(bytes);
}

Duration FakeWire::Delay() {
  if (faults.max_delay <= faults.min_delay) return faults.min_delay;
  const auto spread = static_cast<uint64_t>((faults.max_delay - faults.min_delay).count());
  return faults.min_delay + Duration(static_cast<int64_t>(world_.random().Below(spread + 1)));
}

std::optional<size_t> FakeWire::CountBytes(size_t bytes) {
  const uint64_t before = bytes_sent_;
  bytes_sent_ += bytes;
  if (!cut_at_byte_.has_value() || *cut_at_byte_ > bytes_sent_) return std::nullopt;
  const uint64_t at = *cut_at_byte_;
  cut_at_byte_.reset();
  return at - before;
}

std::string FakeWire::IpOf(const std::string& host) {
  auto found = std::find(hosts_.begin(), hosts_.end(), host);
  if (found == hosts_.end()) found = hosts_.insert(hosts_.end(), host);
  return "10.0.0." + std::to_string(found - hosts_.begin() + 1);
}

std::string FakeWire::Resolve(const std::string& name, const std::string& from) const {
  if (name == "localhost" || name == "127.0.0.1" || name == "::1") return from;
  for (size_t i = 0; i < hosts_.size(); ++i) {
    if (hosts_[i] == name || "10.0.0." + std::to_string(i + 1) == name) return hosts_[i];
  }
  return {};
}

void FakeWire::Later(Duration delay, UniqueFunction<void()> task) {
  const uint64_t id = next_later_++;
  later_[id] = loop_.After(delay, [this, id, task = std::move(task)]() mutable {
    const auto timer = later_.extract(id);
    task();
  });
}

}  // namespace andon
