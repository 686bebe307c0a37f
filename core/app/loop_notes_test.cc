#include "core/app/loop_notes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "test/support/script_plugins.h"

namespace andon {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<std::string> Notes(const std::string& input, const std::string& output) {
  const auto config = Config::FromText("inputs: [{type: test_input, id: in, " + input +
                                           "}]\noutputs: [{type: test_output, id: out, " +
                                           "match: '**', path: '" + output + "'}]\n",
                                       "a.yaml");
  PipelineConfig pipeline;
  pipeline.inputs.emplace_back().id = "in";
  pipeline.outputs.emplace_back().id = "out";
  return LoopNotes(*config, pipeline);
}

TEST(LoopNotesTest, AnInputThatReadsWhatAnOutputWritesIsNamed) {
  EXPECT_THAT(Notes("path: /var/log/*.log", "/var/log/out.log"),
              ElementsAre(HasSubstr("a.yaml:2:59: note: input in reads what output out writes")));
  EXPECT_THAT(Notes("path: [/x, '/var/log/**/*.log']", "/var/log/a/${tag}/%Y-%m.log"),
              testing::SizeIs(1));
}

TEST(LoopNotesTest, WhatIsElsewhereOrExcludedIsNoLoop) {
  EXPECT_THAT(Notes("path: /var/log/*.log", "/var/log/andon/out.log"), IsEmpty());
  EXPECT_THAT(Notes("path: /var/log/**, exclude: '/var/log/andon/**'", "/var/log/andon/a/b.log"),
              IsEmpty());
  EXPECT_THAT(Notes("path: /var/log/*, exclude: '*.out'", "/var/log/x.out"), IsEmpty());
  EXPECT_THAT(Notes("tag: a", "/var/log/x.out"), IsEmpty());
}

}  // namespace
}  // namespace andon
