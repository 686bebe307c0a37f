// A forward input on a fake network, with an emitter that keeps what it gets.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/plugin/input.h"
#include "test/support/context_fixture.h"
#include "test/support/fake_network.h"
#include "test/support/make_plugin.h"
#include "test/support/matchers.h"
#include "test/support/raw_peer.h"

namespace andon {

class ForwardInputFixture : public testing::Test {
 protected:
  ForwardInputFixture() : wire_(fixture_.world), network_(wire_, fixture_.loop, "server") {
    fixture_.network.Use(&network_);
  }

  ~ForwardInputFixture() override { End(); }

  // As the end of a process does.
  void End() {
    fixture_.emitter.DropAll();
    input_.reset();
    fixture_.positions.Restart();
  }
  void Make(std::string_view yaml = "{}", bool start = true) {
    auto input = MakePlugin<Input>("forward", yaml);
    ASSERT_THAT(input, IsOk());
    input_ = *std::move(input);
    ASSERT_THAT(input_->Prepare(fixture_.input()), IsOk());
    if (start) input_->Start(fixture_.emitter);
  }
  Address address(uint16_t port = 24224) const { return {Address::Kind::kTcp, "server", port}; }
  std::unique_ptr<RawPeer> Client() { return std::make_unique<RawPeer>(network_, address()); }
  void Settle() { fixture_.world.RunUntilIdle(); }
  std::vector<std::string> Records() const { return fixture_.emitter.records(); }
  uint64_t Dropped(const std::string& cause) {
    return fixture_.metrics
        .GetCounter("andon_events_dropped_total",
                    {{"kind", "input"}, {"id", "part"}, {"cause", cause}}, "")
        .value();
  }

  ContextFixture fixture_;
  FakeWire wire_;
  FakeNetwork network_;
  std::unique_ptr<Input> input_;
};

}  // namespace andon
