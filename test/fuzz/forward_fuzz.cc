// What comes to a forward input, and what a forward output is answered. The first byte says which,
// the second into what pieces the rest is cut.
#include <algorithm>
#include <cstdint>
#include <memory>
#include <string_view>

#include "core/base/check.h"
#include "core/base/log.h"
#include "core/event/msgpack_walk.h"
#include "core/event/value_view.h"
#include "core/forward/ack.h"
#include "core/forward/client_handshake.h"
#include "core/forward/value_scanner.h"
#include "core/plugin/input.h"
#include "test/support/context_fixture.h"
#include "test/support/fake_network.h"
#include "test/support/make_plugin.h"
#include "test/support/raw_peer.h"

namespace andon {
namespace {

constexpr uint8_t kAnswers = 1;   // To an output, else to an input.
constexpr uint8_t kSecurity = 2;  // The input asks for a handshake.
constexpr uint8_t kSmall = 4;     // With limits that are soon met.
constexpr uint8_t kWindow = 8;    // Remembers chunks.

const char* Options(uint8_t flags) {
  if ((flags & kSecurity) != 0) return "{security: {shared_key: k, self_hostname: h}}";
  if ((flags & kSmall) != 0) return "{receive_memory: 8KiB}";
  if ((flags & kWindow) != 0) return "{repeat_window: 3}";
  return "{}";
}

void FeedInput(std::string_view stream, uint8_t flags, size_t step) {
  ContextFixture fixture;
  FakeWire wire(fixture.world);
  FakeNetwork network(wire, fixture.loop, "h");
  fixture.network.Use(&network);
  fixture.emitter.AnswerAtOnce(true);
  auto input = MakePlugin<Input>("forward", Options(flags));
  CHECK(input.ok() && (*input)->Prepare(fixture.input()).ok());
  (*input)->Start(fixture.emitter);
  RawPeer peer(network, {Address::Kind::kTcp, "h", 24224});
  for (; !stream.empty(); stream.remove_prefix(std::min(step, stream.size()))) {
    peer.Send(stream.substr(0, step));
    fixture.world.RunUntilIdle();
  }
  peer.ShutdownWrite();
  fixture.world.RunUntilIdle();
  CHECK(peer.ended());
  // Every event that was counted came out, or is counted as dropped.
  CHECK(fixture.emitter.count() <= fixture.ledger.received());
  if ((flags & kWindow) == 0) CHECK(fixture.positions.size() <= 2 * fixture.emitter.count() + 2);
}

void FeedOutput(std::string_view stream, size_t step) {
  const forward::Credentials credentials{"host", "key", "user", "password"};
  forward::ClientHandshake handshake(credentials, "salt");
  forward::ValueScanner scanner;
  std::string value;
  for (; !stream.empty(); stream.remove_prefix(std::min(step, stream.size()))) {
    std::string_view piece = stream.substr(0, step);
    while (!piece.empty()) {
      const auto progress = scanner.Feed(AsBytes(piece));
      value += piece.substr(0, progress.bytes);
      piece.remove_prefix(progress.bytes);
      if (progress.outcome == forward::ValueScanner::Outcome::kInvalid) return;
      if (progress.outcome == forward::ValueScanner::Outcome::kMore) break;
      const WalkResult walk = WalkValue(AsBytes(value));
      if (walk.outcome == WalkOutcome::kOk) {
        CHECK(walk.bytes == value.size());
        (void)forward::ReadAck(ValueView(AsBytes(value)));
        ByteBuffer out;
        (void)handshake.Receive(ValueView(AsBytes(value)), out);
      }
      value.clear();
      scanner.Reset();
    }
  }
}

}  // namespace
}  // namespace andon

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const bool kQuiet = [] {
    andon::ConfigureLog({.burst_per_message = 0});
    return true;
  }();
  if (!kQuiet || size < 2) return 0;
  const std::string_view stream(reinterpret_cast<const char*>(data) + 2, size - 2);
  const size_t step = data[1] == 0 ? size : data[1];
  if ((data[0] & andon::kAnswers) != 0) {
    andon::FeedOutput(stream, step);
  } else {
    andon::FeedInput(stream, data[0], step);
  }
  return 0;
}
