/**
 * Programs with a {@code main}, in the order in which to read them:
 * {@link io.techops.broadcast.examples.Step01FiveLines}, the steps after it, and in the end
 * {@link io.techops.broadcast.examples.BroadcastService}, which is the whole service. {@code examples/README.md} has
 * the list, with the steps that are modules of their own because they need more than this library.
 *
 * <p>A step is one class that needs no other but {@code Start}, which reads its arguments. The floors of the service:
 * {@code BadOption}, {@code Value}, {@code LogLine}, {@code LineOutput}, {@code ServiceLogManager},
 * {@code CommandHelp}, {@code EndSignals}; {@code BadCommandLine}, {@code PidFile}, {@code Tls}, {@code LineHandler},
 * {@code SecretFile}, {@code FileWatch}; {@code Right}, {@code Rights}, {@code Tokens}, {@code Access},
 * {@code AccessOptions}; {@code Figures}, {@code Readiness}, {@code HubCollector}, {@code HealthServer}, {@code HealthOptions};
 * {@code Logging}; {@code Options}; {@code BroadcastService}.
 */
@NullMarked
package io.techops.broadcast.examples;

import org.jspecify.annotations.NullMarked;
