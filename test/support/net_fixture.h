// A real loop with the machine's network, for tests on loopback.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

#include "core/loop/uv_loop.h"
#include "core/net/real_network.h"
#include "core/net/socket_keeper.h"
#include "test/support/stream_peer.h"
#include "test/support/temp_folder.h"

namespace andon {

struct NetFixture : ::testing::Test {
  // Runs the loop until `done` is true; false when that takes longer than ten seconds.
  bool RunUntil(UniqueFunction<bool()> done) {
    bool ok = false;
    std::unique_ptr<Timer> poll;
    UniqueFunction<void()> look;
    look = [&] {
      ok = done();
      if (ok) return loop->Quit();
      poll = loop->After(std::chrono::milliseconds(1), [&] { look(); });
    };
    auto limit = loop->After(std::chrono::seconds(10), [&] { loop->Quit(); });
    loop->Post([&] { look(); });
    loop->Run();
    return ok;
  }
  void RunFor(Duration duration) {
    auto end = loop->After(duration, [&] { loop->Quit(); });
    loop->Run();
  }

  // Listens for `server`; the address with its port is then in `address`.
  Status Listen(ListenOptions options) {
    auto made = network->Listen(
        options, [this](std::unique_ptr<Stream> stream) { server.Use(std::move(stream)); });
    if (!made.ok()) return made.status();
    listener = *std::move(made);
    address = listener->address();
    return OkStatus();
  }
  // Connects `client` to `address` unless the options name another.
  void Connect(ConnectOptions options = {}) {
    if (options.address.host.empty()) options.address = address;
    connect_done = false;
    connecting = network->Connect(options, [this](Result<std::unique_ptr<Stream>> stream) {
      connect_done = true;
      connect_status = stream.status();
      if (stream.ok()) client.Use(*std::move(stream));
    });
  }

  TempFolder temp_folder;
  const std::string& folder = temp_folder.path();
  std::unique_ptr<RunnableLoop> loop = MakeUvLoop();
  SocketKeeper keeper;
  std::unique_ptr<Network> network = MakeRealNetwork(*loop, &keeper);
  std::unique_ptr<Listener> listener;
  std::unique_ptr<Connecting> connecting;
  Address address;
  bool connect_done = false;
  Status connect_status;
  StreamPeer server;
  StreamPeer client;
};

inline ListenOptions OnLoopback() {
  ListenOptions options;
  options.address = {Address::Kind::kTcp, "127.0.0.1", 0};
  return options;
}

}  // namespace andon
