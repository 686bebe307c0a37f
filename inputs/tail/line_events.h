// Makes events of lines: parsed or raw, and error events of what cannot be parsed.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/event/batch_builder.h"
#include "core/event/event_batch.h"
#include "core/plugin/emitter.h"
#include "core/plugin/parser.h"
#include "inputs/tail/line_splitter.h"
#include "inputs/tail/tail_config.h"

namespace andon::tail {

// Collects what one turn reads, for one Emit. Reused from turn to turn, with its memory.
// Thread: worker.
class LineEvents final : public LineSink {
 public:
  LineEvents(const TailConfig& config, std::string input_id);

  void Begin(EventTime now);
  // The lines that follow are of this file.
  void Aim(const Tag& tag, std::string_view path);
  void Line(std::string_view text, bool cut) override;

  // Everything since Begin; valid until then.
  std::span<const EventBatch> Batches(TagTable& tags);
  uint64_t events() const { return events_; }
  size_t bytes() const { return bytes_; }
  uint64_t cut() const { return cut_; }                      // Lines that were sent shortened.
  uint64_t dropped() const { return dropped_; }              // Too long, and not wanted then.
  std::string_view long_path() const { return long_path_; }  // Of the first of these.
  uint64_t refused() const { return refused_; }              // Lines that could not be parsed.
  // The first of them: why, and in which file.
  const char* refusal() const { return refusal_; }
  std::string_view refused_path() const { return refused_path_; }
  // Gives memory back that a big turn has used.
  void Shrink();

 private:
  struct Group {
    const Tag* tag = nullptr;
    BatchBuilder good;
    BatchBuilder bad;
  };
  void Refuse(const char* reason, std::string_view text);

  const std::string input_id_;
  const std::string message_key_;
  const std::string path_key_;
  const std::string error_path_key_;  // Error events always have the path.
  const Oversize oversize_;
  const std::unique_ptr<Parser> parser_;
  std::vector<std::unique_ptr<Group>> groups_;
  size_t used_ = 0;
  Group* group_ = nullptr;
  std::string_view path_;
  EventTime now_;
  uint64_t events_ = 0;
  uint64_t cut_ = 0;
  uint64_t dropped_ = 0;
  uint64_t refused_ = 0;
  const char* refusal_ = "";
  std::string_view refused_path_;
  std::string_view long_path_;
  size_t bytes_ = 0;
  std::vector<EventBatch> batches_;
};

}  // namespace andon::tail
