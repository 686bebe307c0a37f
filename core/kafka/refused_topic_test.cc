#include "core/kafka/refused_topic.h"

#include <gtest/gtest.h>

namespace andon::kafka {
namespace {

TEST(RefusedTopicTest, IsTheOneThatMayNotBeWritten) {
  EXPECT_EQ(RefusedTopic("ADDPARTS",
                         "[thrd:main]: TxnCoordinator/1: Failed to add partition \"logs.web\" [0] "
                         "to transaction: Broker: Topic authorization failed"),
            "logs.web");
}

TEST(RefusedTopicTest, OtherLinesAreAboutNone) {
  EXPECT_EQ(RefusedTopic("ADDPARTS",
                         "[thrd:main]: TxnCoordinator/1: Failed to add partition \"logs.db\" [3] "
                         "to transaction: Broker: Operation not attempted"),
            "");
  EXPECT_EQ(RefusedTopic("ADDPARTS", "Broker: Topic authorization failed"), "");
  EXPECT_EQ(RefusedTopic("TXNERR",
                         "Failed to add partition \"a\" [0] to transaction: Broker: Topic "
                         "authorization failed"),
            "");
}

}  // namespace
}  // namespace andon::kafka
