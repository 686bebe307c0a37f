// 510 messages with what six other programs make of them. Firm: most agree, and so must we.
// Majority: at least half agree; what the others agree on will do too. Disputed: each gives an
// event or an error, and nothing breaks.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "core/codec/syslog_message.h"
#include "test/conformance/case_file.h"
#include "test/support/make_plugin.h"

namespace andon {
namespace {

constexpr EventTime kNow{1'795'266'739, 0};  // 2026-11-21T13:12:19Z

// Where at least half of the programs agree on something that contradicts other cases.
const std::map<std::string, std::string>& Exceptions() {
  static const std::map<std::string, std::string> kExceptions = {
      {"sys-0192", "spaces behind the colon: taken away, as in sys-0143, 0319 and 0448"},
      {"sys-0300", "spaces behind the colon: taken away, as in sys-0143, 0319 and 0448"},
  };
  return kExceptions;
}

struct Answer {
  bool error = false;
  std::string why;
  BatchBuilder batch;
  EventTime time;
  RecordView record() const {
    static const Tag kTag("t");
    return EntryIterator(batch.Batch(kTag).entries)->record;
  }
};

Answer Ask(std::string_view format, std::string_view input) {
  auto parser =
      MakePlugin<Parser>("syslog", "{timezone: UTC, protocol: " + std::string(format) + "}");
  EXPECT_TRUE(parser.ok()) << parser.status().message();
  Answer answer;
  RecordWriter record(answer.batch, kNow);
  const char* why = (*parser)->Parse(input, record);
  answer.error = why != nullptr;
  if (answer.error) {
    answer.why = why;
    return answer;
  }
  answer.time = record.time();
  record.Commit();
  return answer;
}

std::string TextOf(const RecordView& record, std::string_view key) {
  const auto value = record.Find(key);
  return value.has_value() ? std::string(value->AsString().value_or("not text")) : "(absent)";
}

// The time as YYYY-MM-DDTHH:MM:SS in UTC with its nanoseconds.
std::string Printed(EventTime time) {
  const std::time_t seconds = time.seconds;
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[40];
  const size_t size = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
  return std::string(text, size) + "." + std::to_string(1'000'000'000 + time.nanoseconds).substr(1);
}

// The wanted time in the same form; the year of XXXX- is left out of the comparison.
std::string DifferenceOfTimes(const Answer& answer, const std::string& wanted) {
  const std::string kept = TextOf(answer.record(), "timestamp");
  if (kept == wanted) return "";  // No event can have it.
  std::string fraction;
  std::string rest = wanted.substr(19);
  if (rest.starts_with('.')) {
    const size_t end = std::min(rest.find_first_not_of("0123456789", 1), rest.size());
    fraction = rest.substr(1, end - 1);
    rest = rest.substr(end);
  }
  fraction.resize(9, '0');
  int offset = 0;
  if (rest.size() == 6) {
    offset = (std::stoi(rest.substr(1, 2)) * 60 + std::stoi(rest.substr(4, 2))) * 60;
    if (rest[0] == '-') offset = -offset;
  }
  const EventTime local{static_cast<uint32_t>(static_cast<int64_t>(answer.time.seconds) + offset),
                        answer.time.nanoseconds};
  const size_t from = wanted.starts_with("XXXX") ? 4 : 0;
  const std::string want = wanted.substr(0, 19) + "." + fraction;
  const std::string got = Printed(local);
  return got.substr(from) == want.substr(from) ? "" : " timestamp: " + got + " for " + wanted;
}

std::string DifferenceOfData(const RecordView& record, ValueView elements) {
  const auto data = record.Find("structured_data");
  if (!data.has_value()) return " structured_data: absent";
  if (data->size() != elements.size()) return " structured_data: number of elements";
  for (auto element = elements.begin_array(); !element.done(); element.Next()) {
    auto pair = element.value().begin_array();
    const auto id = *pair.value().AsString();
    pair.Next();
    const auto found = data->Find(id);
    if (!found.has_value() || found->size() != pair.value().size()) {
      return " structured_data: " + std::string(id);
    }
    for (auto parameter = pair.value().begin_array(); !parameter.done(); parameter.Next()) {
      auto name = parameter.value().begin_array();
      const auto key = *name.value().AsString();
      name.Next();
      const auto value = found->Find(key);
      if (!value.has_value() || value->AsString() != name.value().AsString()) {
        return " structured_data: " + std::string(id) + "." + std::string(key);
      }
    }
  }
  return "";
}

// How the answer differs from a wanted record; empty: it does not. A lenient record names only the
// fields that are there.
std::string Difference(const Answer& answer, ValueView wanted, bool lenient) {
  if (answer.error) return " refused: " + answer.why;
  const RecordView record = answer.record();
  std::string difference;
  const auto priority = Case::FindIn(wanted, "pri");
  if (priority.has_value()) {
    const int number = static_cast<int>(*priority->AsInt());
    if (TextOf(record, "facility") != SyslogFacilityName(number >> 3) ||
        TextOf(record, "severity") != SyslogSeverityName(number & 7)) {
      difference += " priority";
    }
  }
  for (const char* key : {"facility", "severity", "host", "ident", "pid", "msgid", "message"}) {
    const auto text = Case::TextIn(wanted, key);
    if (!text.has_value() && lenient) continue;
    const std::string got = TextOf(record, key);
    if (got != text.value_or("(absent)")) {
      difference +=
          " " + std::string(key) + ": \"" + got + "\" for \"" + text.value_or("(absent)") + "\"";
    }
  }
  if (const auto time = Case::TextIn(wanted, "timestamp"); time.has_value()) {
    difference += DifferenceOfTimes(answer, *time);
  }
  const auto data = Case::FindIn(wanted, "structured_data");
  if (data.has_value()) {
    difference += DifferenceOfData(record, *data);
  } else if (!lenient && record.Find("structured_data").has_value()) {
    difference += " structured_data";
  }
  return difference;
}

class SyslogMessagesTest : public testing::Test {
 protected:
  // Counts the cases of a confidence that were looked at.
  static size_t Check(std::string_view confidence,
                      std::string (*check)(const Case&, const Answer&)) {
    size_t count = 0;
    for (const Case& c : ReadCases(ANDON_CASES "/messages.jsonl")) {
      if (c.Text("confidence") != confidence) continue;
      ++count;
      const std::string input = c.Text("input").value_or("");
      const std::string difference = check(c, Ask(*c.Text("format"), input));
      EXPECT_EQ(difference, "") << c.id() << " " << *c.Text("format") << ": "
                                << input.substr(0, 300);
    }
    return count;
  }
};

std::string Strictly(const Case& c, const Answer& answer) {
  const ValueView expect = *c.Find("expect");
  if (!Case::FindIn(expect, "error").has_value()) return Difference(answer, expect, false);
  return answer.error ? "" : " taken: " + JsonFromValue(answer.record().map()).substr(0, 300);
}

std::string Leniently(const Case& c, const Answer& answer) {
  const std::string strictly = Strictly(c, answer);
  if (strictly.empty() || Exceptions().contains(c.id())) return "";
  const auto lenient = c.Find("lenient");
  return lenient.has_value() && Difference(answer, *lenient, true).empty() ? "" : strictly;
}

// The data's expectation of sys-0246 (EUC-JP) lacks the first character of the message, C6 FC, that
// the input has; bytes that were sent are not to be lost.
std::string StrictlyButWhole(const Case& c, const Answer& answer) {
  if (c.id() != "sys-0246") return Strictly(c, answer);
  const std::string got = TextOf(answer.record(), "message");
  return got == "\xc6\xfc\xcb\xdc\xb8\xec"
                "EUC"
             ? ""
             : " message: " + got;
}

TEST_F(SyslogMessagesTest, FirmOnesAreReadAsEverybodyReadsThem) {
  EXPECT_EQ(Check("firm", StrictlyButWhole), 210u);
}

TEST_F(SyslogMessagesTest, MajorityOnesAreReadAsMostReadThem) {
  EXPECT_EQ(Check("majority", Leniently), 176u);
}

TEST_F(SyslogMessagesTest, DisputedOnesGiveAnEventOrAReason) {
  EXPECT_EQ(Check("disputed",
                  [](const Case& /*c*/, const Answer& answer) {
                    if (answer.error) return std::string(answer.why.empty() ? "no reason" : "");
                    return std::string(answer.record().Find("message").has_value() ? "" : "empty");
                  }),
            124u);
}

}  // namespace
}  // namespace andon
