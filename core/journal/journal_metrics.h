// What the journal counts.
#pragma once

#include "core/metrics/metrics.h"

namespace andon::journal {

struct JournalMetrics {
  explicit JournalMetrics(const MetricScope& scope)
      : written_bytes(scope.GetCounter("andon_journal_written_bytes_total",
                                       "bytes of commits, padding included")),
        commits(scope.GetCounter("andon_journal_commits_total", "group commits")),
        commit_seconds(scope.GetHistogram("andon_journal_commit_seconds",
                                          "time to write a group commit and make it durable")),
        write_errors(scope.GetCounter("andon_journal_write_errors_total",
                                      "writes and syncs that failed and were done again")),
        damaged_ranges(scope.GetCounter("andon_journal_damaged_ranges_total",
                                        "byte ranges that were damaged and stepped over")),
        dropped_segments(scope.GetCounter("andon_journal_dropped_segments_total",
                                          "segments let go by overflow: drop_oldest")),
        segments(scope.GetGauge("andon_journal_segments", "segments on the disk")),
        disk_bytes(scope.GetGauge("andon_journal_disk_bytes", "size of all segments")),
        memory_bytes(
            scope.GetGauge("andon_journal_memory_bytes", "events in memory, durable or not")),
        full(scope.GetGauge("andon_journal_full", "1 while inputs are held back")) {}

  Counter& written_bytes;
  Counter& commits;
  Histogram& commit_seconds;
  Counter& write_errors;
  Counter& damaged_ranges;
  Counter& dropped_segments;
  Gauge& segments;
  Gauge& disk_bytes;
  Gauge& memory_bytes;
  Gauge& full;
};

}  // namespace andon::journal
