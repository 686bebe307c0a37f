// Who may have what: notes, answers that were lost, restarts.
#include <string>
#include <utility>

#include "outputs/forward/delivery_note.h"
#include "test/support/forward_output_fixture.h"

namespace andon {
namespace {

using namespace std::chrono_literals;
using forward::DeliveryNote;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class ForwardInDoubtTest : public ForwardOutputFixture {
 protected:
  // `first` has answered 1 to 3, and has 4 to 6 without an answer; the other server is standby.
  void LeaveInDoubt(RawServer& first, const std::string& more = "") {
    MakeTwo(more);
    Write(Events(1, 3), 1);
    Settle();
    Acknowledge(first);
    Write(Events(4, 3), 4, 3);
    Settle();
  }
};

TEST_F(ForwardInDoubtTest, NothingIsSentBeforeTheNoteThatSaysWhereIsDurable) {
  RawServer server(network_, At(1));
  MakeOne();
  UniqueFunction<void(Status)> saved;
  fixture_.output().save_note = [&](std::string note, UniqueFunction<void(Status)> done) {
    fixture_.notes.push_back(std::move(note));
    saved = std::move(done);
  };
  Write(Events(1, 3), 11, 10);
  Write(Events(4, 3), 14, 10);
  fixture_.world.Advance(1s);
  EXPECT_EQ(server.last().received(), "");
  ASSERT_THAT(fixture_.notes, SizeIs(1));
  saved(OkStatus());
  Settle();
  EXPECT_THAT(Acknowledge(server), SizeIs(2));
  const auto note = DeliveryNote::Decode(fixture_.notes[0]);
  ASSERT_THAT(note, IsOk());
  EXPECT_EQ(note->active, "tcp://h:1");
  const auto& lanes = note->servers.at("tcp://h:1").may_have;
  ASSERT_THAT(lanes, SizeIs(1));
  EXPECT_THAT(lanes.begin()->second.Common({11, 16}), ElementsAre(Range{11, 16}));
  // Far ahead: the next chunks need no other note.
  for (Sequence i = 0; i < 100; ++i) Write(Events(7, 3), 17 + 3 * i, 10);
  Settle();
  EXPECT_THAT(fixture_.notes, SizeIs(1));
}

TEST_F(ForwardInDoubtTest, ANoteThatCannotBeSavedSendsNothing) {
  RawServer server(network_, At(1));
  MakeOne();
  fixture_.note_status = Unavailable("disk full");
  Write(Events(1, 3), 1);
  Settle();
  EXPECT_EQ(server.last().received(), "");
  ASSERT_THAT(results_, SizeIs(1));
  EXPECT_THAT(results_[0].again, ElementsAre(Range{1, 3}));
}

TEST_F(ForwardInDoubtTest, WhatHasNoAnswerGoesToTheSameServerAgainAndNewDataToTheNext) {
  RawServer first(network_, At(1));
  RawServer second(network_, At(2));
  LeaveInDoubt(first);
  EXPECT_THAT(ReadMessages(first.last().TakeReceived()), SizeIs(1));
  first.StopListening();
  first.last().Close();
  Settle();
  ASSERT_THAT(results_, SizeIs(2));
  EXPECT_THAT(results_[1].status, IsOk()) << "the other server takes new data";
  EXPECT_THAT(results_[1].again, ElementsAre(Range{4, 6}));

  // The chunk of which one half is in doubt is divided.
  Write(Events(4, 6), 4, 3);
  Settle();
  const auto elsewhere = Acknowledge(second);
  ASSERT_THAT(elsewhere, SizeIs(1));
  EXPECT_THAT(elsewhere[0].runs, ElementsAre(Range{7, 9}));
  ASSERT_THAT(results_, SizeIs(3));
  EXPECT_THAT(results_[2].again, ElementsAre(Range{4, 6}));
  EXPECT_EQ(Doubled(), 0);

  RawServer back(network_, At(1));
  fixture_.world.Advance(2s);
  Write(Events(4, 3), 4, 3);
  Settle();
  ASSERT_EQ(back.connections(), 1u);
  const auto again = Acknowledge(back);
  ASSERT_THAT(again, SizeIs(1));
  EXPECT_THAT(again[0].runs, ElementsAre(Range{4, 6}));
  EXPECT_THAT(results_.back().again, IsEmpty());
}

TEST_F(ForwardInDoubtTest, AfterInDoubtTimeoutItGoesElsewhereAndIsCounted) {
  RawServer first(network_, At(1));
  RawServer second(network_, At(2));
  LeaveInDoubt(first, "in_doubt_timeout: 10m");
  first.StopListening();
  first.last().Close();
  fixture_.world.Advance(9min);
  Write(Events(4, 3), 4, 3);
  fixture_.world.Advance(1s);
  EXPECT_THAT(results_.back().again, ElementsAre(Range{4, 6}));
  EXPECT_EQ(Doubled(), 0);
  fixture_.world.Advance(2min);
  Write(Events(4, 3), 4, 3);
  Settle();
  EXPECT_THAT(Acknowledge(second), SizeIs(1));
  EXPECT_THAT(results_.back().again, IsEmpty());
  EXPECT_EQ(Doubled(), 3);
}

TEST_F(ForwardInDoubtTest, WhatNeverLeftIsNotInDoubt) {
  RawServer first(network_, At(1));
  RawServer second(network_, At(2));
  MakeTwo();
  wire_.faults.window_bytes = 100;
  Write(Events(1, 1), 1);
  Settle();
  Acknowledge(first);
  first.last().StopReading();
  Write(Events(2, 1000), 2, 1);
  Settle();
  first.StopListening();
  first.last().Close();
  Settle();
  EXPECT_THAT(results_.back().again, ElementsAre(Range{2, 1001}));
  wire_.faults.window_bytes = 65536;
  Write(Events(2, 1000), 2, 1);
  Settle();
  EXPECT_THAT(Acknowledge(second), SizeIs(1));
  EXPECT_EQ(Doubled(), 0);
}

TEST_F(ForwardInDoubtTest, AfterARestartTheNoteTellsWhoMayHaveWhat) {
  RawServer first(network_, At(1));
  RawServer second(network_, At(2));
  LeaveInDoubt(first);
  // The process is killed, and the server too.
  first.StopListening();
  output_.reset();
  MakeTwo();
  Write(Events(4, 3), 4, 3);
  fixture_.world.Advance(1s);
  EXPECT_THAT(results_.back().again, ElementsAre(Range{4, 6}));
  // Another lane was never sent to anybody.
  WriteChunk(MakeChunk(Events(1, 2), {.lane = {2, 2}, .first = 1}));
  Settle();
  const auto fresh = Acknowledge(second);
  ASSERT_THAT(fresh, SizeIs(1));
  EXPECT_THAT(results_.back().again, IsEmpty());
}

TEST_F(ForwardInDoubtTest, AfterAnOrderlyStopOnlyWhatWasSentIsInDoubt) {
  RawServer first(network_, At(1));
  MakeTwo();
  Write(Events(1, 3), 1);
  Settle();
  Acknowledge(first);
  bool stopped = false;
  output_->Stop([&] { stopped = true; });
  Settle();
  EXPECT_TRUE(stopped);
  const auto note = DeliveryNote::Decode(fixture_.notes.back());
  ASSERT_THAT(note, IsOk());
  const auto& lanes = note->servers.at("tcp://h:1").may_have;
  ASSERT_THAT(lanes, SizeIs(1));
  EXPECT_THAT(lanes.begin()->second.ranges(), ElementsAre(Range{1, 3}));
}

TEST_F(ForwardInDoubtTest, AServerThatDoesNotKnowNumbersIsNotWaitedFor) {
  RawServer first(network_, At(1));
  RawServer second(network_, At(2));
  MakeTwo();
  Write(Events(1, 3), 1);
  Settle();
  Acknowledge(first, Peer::kOther);
  EXPECT_EQ(Once("tcp://h:1"), 0);
  Write(Events(4, 3), 4, 3);
  Settle();
  first.StopListening();
  first.last().Close();
  Settle();
  Write(Events(4, 3), 4, 3);
  Settle();
  EXPECT_THAT(Acknowledge(second, Peer::kOther), SizeIs(1));
  EXPECT_THAT(results_.back().again, IsEmpty());
  EXPECT_EQ(Doubled(), 3);
}

}  // namespace
}  // namespace andon
