// The Network of one loop on one host of a FakeWire: streams and datagrams in memory. TLS is not
// done; both sides must agree on whether it is, and a stream's identity is the other host's name.
//
//   FakeWorld world;
//   FakeWire wire(world);
//   FakeLoop loop(world);
//   FakeNetwork network(wire, loop, "collector");
#pragma once

#include <deque>
#include <memory>
#include <string>

#include "core/net/stream.h"
#include "test/support/fake_wire.h"

namespace andon {

class FakeNetwork : public Network {
 public:
  FakeNetwork(FakeWire& wire, Loop& loop, std::string host = "here");

  // As over a reload: who listens where somebody listens already shares what comes.
  Result<std::unique_ptr<Listener>> Listen(
      const ListenOptions& options,
      UniqueFunction<void(std::unique_ptr<Stream>)> accepted) override;
  std::unique_ptr<Connecting> Connect(
      const ConnectOptions& options,
      UniqueFunction<void(Result<std::unique_ptr<Stream>>)> done) override;
  Result<std::unique_ptr<DatagramSocket>> Bind(
      const DatagramOptions& options,
      UniqueFunction<void(std::span<const Datagram>)> received) override;

 private:
  FakeWire& wire_;
  Loop& loop_;
  const std::string host_;
};

class FakeListener : public Listener {
 public:
  using Accepted = UniqueFunction<void(std::unique_ptr<Stream>)>;
  FakeListener(FakeWire& wire, Loop& loop, FakeWire::Place place, const ListenOptions& options,
               Accepted accepted);
  ~FakeListener() override;
  FakeListener(const FakeListener&) = delete;
  FakeListener& operator=(const FakeListener&) = delete;

  const Address& address() const override { return address_; }
  void Pause() override { paused_ = true; }
  void Resume() override;

  Loop& loop() { return loop_; }
  bool paused() const { return paused_; }
  bool tls() const { return tls_; }
  // A connection for it; false when its queue is full.
  bool Offer(std::unique_ptr<Stream> stream);

 private:
  void Accept();

  FakeWire& wire_;
  Loop& loop_;
  const FakeWire::Place place_;
  const Address address_;
  const bool tls_;
  const size_t backlog_;
  bool paused_ = false;
  Accepted accepted_;
  std::deque<std::unique_ptr<Stream>> waiting_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

class FakeDatagramSocket : public DatagramSocket {
 public:
  using Received = UniqueFunction<void(std::span<const Datagram>)>;
  FakeDatagramSocket(FakeWire& wire, Loop& loop, FakeWire::Place place,
                     const DatagramOptions& options, Received received);
  ~FakeDatagramSocket() override;
  FakeDatagramSocket(const FakeDatagramSocket&) = delete;
  FakeDatagramSocket& operator=(const FakeDatagramSocket&) = delete;

  const Address& address() const override { return address_; }
  void Pause() override { paused_ = true; }
  void Resume() override;
  uint64_t TakeDrops() override { return std::exchange(drops_, 0); }
  Status SendTo(Bytes bytes, const Address& to) override;

  void Arrive(std::string data, std::string peer);

 private:
  struct Waiting {
    std::string data;
    std::string peer;
  };
  void Poke();
  void Receive();

  FakeWire& wire_;
  Loop& loop_;
  const FakeWire::Place place_;
  const Address address_;
  const size_t buffer_bytes_;
  const size_t max_bytes_;
  bool paused_ = false;
  Received received_;
  std::deque<Waiting> waiting_;
  size_t waiting_bytes_ = 0;
  uint64_t drops_ = 0;
  bool told_ = false;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace andon
