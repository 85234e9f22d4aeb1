/**
 * Programs with a {@code main}: {@link io.techops.broadcast.examples.BroadcastService}, which is the whole service, and
 * two small programs that embed a server, {@link io.techops.broadcast.examples.Embedded} and
 * {@link io.techops.broadcast.examples.Ticker}.
 *
 * <p>The floors of the service: {@code BadOption}, {@code Value}, {@code LogLine}, {@code ServiceLogManager},
 * {@code CommandHelp}; {@code BadCommandLine}, {@code PidFile}, {@code Tls}, {@code Logging}; {@code Options};
 * {@code BroadcastService}.
 */
@NullMarked
package io.techops.broadcast.examples;

import org.jspecify.annotations.NullMarked;
