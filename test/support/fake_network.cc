#include "test/support/fake_network.h"

#include <algorithm>
#include <utility>

#include "test/support/fake_socket.h"

namespace andon {

namespace {

constexpr size_t kBatch = 64;

FakeWire::Place PlaceOf(const std::string& host, const Address& address) {
  return {host, address.kind, IsUnix(address.kind) ? address.host : std::to_string(address.port)};
}

Address WithPort(FakeWire& wire, Address address) {
  if (!IsUnix(address.kind) && address.port == 0) address.port = wire.NewPort();
  return address;
}

// A connection on its way. What it leaves on the wire asks `alive` before it touches anything.
class FakeConnecting : public Connecting {
 public:
  using Done = UniqueFunction<void(Result<std::unique_ptr<Stream>>)>;
  FakeConnecting(FakeWire& wire, Loop& loop, std::string host, ConnectOptions options, Done done)
      : wire_(wire),
        loop_(loop),
        host_(std::move(host)),
        options_(std::move(options)),
        done_(std::move(done)) {
    limit_ = loop_.After(options_.timeout, [this] { Fail("timed out"); });
    if (wire_.Chance(wire_.faults.lose_connect)) return;
    wire_.Later(wire_.Delay(), [this, alive = alive_] {
      if (*alive) Arrive();
    });
  }
  ~FakeConnecting() override { *alive_ = false; }
  FakeConnecting(const FakeConnecting&) = delete;
  FakeConnecting& operator=(const FakeConnecting&) = delete;

 private:
  // On the wire.
  void Arrive() {
    const std::string to = wire_.Resolve(options_.address.host, host_);
    const bool path = IsUnix(options_.address.kind);
    if (!path && to.empty()) return FailLater("Name or service not known");
    if (!path && (wire_.IsUnplugged(to) || wire_.IsUnplugged(host_))) return;  // Lost.
    FakeListener* listener = Find(PlaceOf(path ? host_ : to, options_.address));
    if (listener == nullptr || wire_.Chance(wire_.faults.refuse_connect)) {
      return FailLater("Connection refused");
    }
    if (listener->tls() != options_.tls.enabled) {
      return FailLater(options_.tls.enabled ? "tls: wrong version number"
                                            : "Connection reset by peer");
    }
    Join(*listener, to);
  }
  FakeListener* Find(const FakeWire::Place& place) {
    const auto [begin, end] = wire_.listeners().equal_range(place);
    FakeListener* found = nullptr;
    for (auto it = begin; it != end; ++it) {
      if (found == nullptr || (found->paused() && !it->second->paused())) found = it->second;
    }
    return found;
  }
  void Join(FakeListener& listener, const std::string& to) {
    const bool path = IsUnix(options_.address.kind);
    const std::string mine =
        path ? "unix" : Name(host_, to) + ":" + std::to_string(wire_.NewPort());
    const std::string theirs =
        path ? "unix" : Name(to, host_) + ":" + std::to_string(options_.address.port);
    auto near = std::make_shared<FakeSocket>(wire_, loop_, host_, theirs);
    auto far = std::make_shared<FakeSocket>(wire_, listener.loop(), path ? host_ : to, mine);
    FakeSocket::Join(near, far);
    auto stream = std::make_unique<FakeStream>(near, options_.tls.enabled ? to : std::string());
    if (!listener.Offer(std::make_unique<FakeStream>(
            far,
            options_.tls.client_certificate || !options_.tls.certificate.empty() ? host_ : ""))) {
      return;  // A full queue drops the attempt.
    }
    wire_.CountConnection();
    loop_.Post([this, alive = alive_, stream = std::move(stream)]() mutable {
      if (*alive) Finish(std::unique_ptr<Stream>(std::move(stream)));
    });
  }
  std::string Name(const std::string& host, const std::string& seen_from) {
    return host == seen_from ? "127.0.0.1" : wire_.IpOf(host);
  }
  void FailLater(std::string why) {
    loop_.Post([this, alive = alive_, why = std::move(why)] {
      if (*alive) Fail(why);
    });
  }
  void Fail(const std::string& why) {
    Finish(Unavailable("connect " + options_.address.ToString() + ": " + why));
  }
  void Finish(Result<std::unique_ptr<Stream>> result) {
    if (!done_) return;
    limit_.reset();
    Done done = std::move(done_);
    done(std::move(result));  // May destroy this.
  }

  FakeWire& wire_;
  Loop& loop_;
  const std::string host_;
  const ConnectOptions options_;
  Done done_;
  std::unique_ptr<Timer> limit_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace

FakeNetwork::FakeNetwork(FakeWire& wire, Loop& loop, std::string host)
    : wire_(wire), loop_(loop), host_(std::move(host)) {
  wire_.IpOf(host_);
}

Result<std::unique_ptr<Listener>> FakeNetwork::Listen(
    const ListenOptions& options, UniqueFunction<void(std::unique_ptr<Stream>)> accepted) {
  ListenOptions real = options;
  real.address = WithPort(wire_, options.address);
  return std::unique_ptr<Listener>(std::make_unique<FakeListener>(
      wire_, loop_, PlaceOf(host_, real.address), real, std::move(accepted)));
}

std::unique_ptr<Connecting> FakeNetwork::Connect(
    const ConnectOptions& options, UniqueFunction<void(Result<std::unique_ptr<Stream>>)> done) {
  return std::make_unique<FakeConnecting>(wire_, loop_, host_, options, std::move(done));
}

Result<std::unique_ptr<DatagramSocket>> FakeNetwork::Bind(
    const DatagramOptions& options, UniqueFunction<void(std::span<const Datagram>)> received) {
  DatagramOptions real = options;
  real.address = WithPort(wire_, options.address);
  return std::unique_ptr<DatagramSocket>(std::make_unique<FakeDatagramSocket>(
      wire_, loop_, PlaceOf(host_, real.address), real, std::move(received)));
}

FakeListener::FakeListener(FakeWire& wire, Loop& loop, FakeWire::Place place,
                           const ListenOptions& options, Accepted accepted)
    : wire_(wire),
      loop_(loop),
      place_(std::move(place)),
      address_(options.address),
      tls_(options.tls.enabled),
      backlog_(static_cast<size_t>(std::max(options.backlog, 1))),
      accepted_(std::move(accepted)) {
  wire_.listeners().emplace(place_, this);
}

FakeListener::~FakeListener() {
  *alive_ = false;
  auto& all = wire_.listeners();
  std::erase_if(all, [this](const auto& entry) { return entry.second == this; });
  // A socket that another listens on as well keeps its queue.
  const auto heir = all.find(place_);
  if (heir == all.end()) return;
  for (std::unique_ptr<Stream>& stream : waiting_) heir->second->Offer(std::move(stream));
}

bool FakeListener::Offer(std::unique_ptr<Stream> stream) {
  if (waiting_.size() >= backlog_) return false;
  waiting_.push_back(std::move(stream));
  loop_.Post([this, alive = alive_] {
    if (*alive) Accept();
  });
  return true;
}

void FakeListener::Resume() {
  paused_ = false;
  for (size_t i = 0; i < waiting_.size(); ++i) {
    loop_.Post([this, alive = alive_] {
      if (*alive) Accept();
    });
  }
}

void FakeListener::Accept() {
  if (paused_ || waiting_.empty()) return;
  std::unique_ptr<Stream> stream = std::move(waiting_.front());
  waiting_.pop_front();
  const std::shared_ptr<bool> alive = alive_;
  Accepted accepted = std::move(accepted_);
  accepted(std::move(stream));  // May destroy this.
  if (*alive) accepted_ = std::move(accepted);
}

FakeDatagramSocket::FakeDatagramSocket(FakeWire& wire, Loop& loop, FakeWire::Place place,
                                       const DatagramOptions& options, Received received)
    : wire_(wire),
      loop_(loop),
      place_(std::move(place)),
      address_(options.address),
      buffer_bytes_(options.receive_buffer_bytes),
      max_bytes_(options.max_datagram_bytes),
      received_(std::move(received)) {
  wire_.receivers().emplace(place_, this);
}

FakeDatagramSocket::~FakeDatagramSocket() {
  *alive_ = false;
  std::erase_if(wire_.receivers(), [this](const auto& entry) { return entry.second == this; });
}

void FakeDatagramSocket::Resume() {
  paused_ = false;
  Poke();
}

Status FakeDatagramSocket::SendTo(Bytes bytes, const Address& to) {
  const bool path = IsUnix(to.kind);
  const std::string host = path ? place_.host : wire_.Resolve(to.host, place_.host);
  const std::string ip = host == place_.host ? "127.0.0.1" : wire_.IpOf(place_.host);
  const std::string peer = path ? "" : ip + ":" + std::to_string(address_.port);
  const int copies = wire_.Chance(wire_.faults.lose_datagram)     ? 0
                     : wire_.Chance(wire_.faults.repeat_datagram) ? 2
                                                                  : 1;
  for (int i = 0; i < copies; ++i) {
    wire_.Later(wire_.Delay(), [&wire = wire_, place = PlaceOf(host, to), from = place_.host, peer,
                                data = std::string(AsText(bytes))]() mutable {
      if (wire.IsUnplugged(place.host) || wire.IsUnplugged(from)) return;
      const auto found = wire.receivers().find(place);
      if (found != wire.receivers().end()) found->second->Arrive(std::move(data), peer);
    });
  }
  return OkStatus();
}

void FakeDatagramSocket::Arrive(std::string data, std::string peer) {
  if (waiting_bytes_ + data.size() > buffer_bytes_) {
    ++drops_;
    return;
  }
  waiting_bytes_ += data.size();
  waiting_.push_back({std::move(data), std::move(peer)});
  Poke();
}

void FakeDatagramSocket::Poke() {
  if (told_ || paused_ || waiting_.empty()) return;
  told_ = true;
  loop_.Post([this, alive = alive_] {
    if (*alive) Receive();
  });
}

void FakeDatagramSocket::Receive() {
  told_ = false;
  if (paused_ || waiting_.empty()) return;
  const size_t count = std::min(waiting_.size(), kBatch);
  std::vector<Waiting> batch(std::make_move_iterator(waiting_.begin()),
                             std::make_move_iterator(waiting_.begin() + static_cast<long>(count)));
  waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<long>(count));
  std::vector<Datagram> datagrams;
  for (const Waiting& one : batch) {
    waiting_bytes_ -= one.data.size();
    const size_t size = std::min(one.data.size(), max_bytes_);
    datagrams.push_back({AsBytes(one.data).first(size), one.peer, size < one.data.size()});
  }
  const std::shared_ptr<bool> alive = alive_;
  Received received = std::move(received_);
  received(datagrams);  // May destroy this.
  if (!*alive) return;
  received_ = std::move(received);
  Poke();
}

}  // namespace andon
