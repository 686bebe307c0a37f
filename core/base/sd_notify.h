// Tells systemd how the service is doing, as sd_notify(3) does, without its library. Each call is
// without effect when no service manager listens. Thread: any.
#pragma once

#include <optional>
#include <string_view>

#include "core/base/time.h"

namespace andon {

// `state` is lines of NAME=value: "READY=1", "STOPPING=1", "STATUS=...", "WATCHDOG=1". Returns
// whether somebody was told.
bool SdNotify(std::string_view state);

// RELOADING=1 with the time that Type=notify-reload demands. READY=1 ends the reload.
bool SdNotifyReloading();

// How long WATCHDOG=1 may stay away, when systemd watches this process (WatchdogSec=). Send it
// twice as often.
std::optional<Duration> SdWatchdogTimeout();

}  // namespace andon
