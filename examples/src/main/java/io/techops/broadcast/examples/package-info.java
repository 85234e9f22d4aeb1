/**
 * Programs with a {@code main}, in the order in which to read them:
 * {@link io.techops.broadcast.examples.Step01FiveLines}, the steps after it, and in the end
 * {@link io.techops.broadcast.examples.BroadcastService}, which is the whole service. {@code examples/README.md} has
 * the list, with the steps that are modules of their own because they need more than this library.
 *
 * <p>A step is one class that needs no other but {@code Start}, which reads its arguments. The floors of the service:
 * {@code BadOption}, {@code LogLine}, {@code JsonLine}, {@code LineOutput}, {@code ServiceLogManager},
 * {@code CommandHelp}, {@code EndSignals}, {@code PortHolder}; {@code Value}, {@code PidFile}, {@code LineHandler},
 * {@code SecretFile}, {@code FileWatch}; {@code BadCommandLine}, {@code Right}, {@code Rights}, {@code Tokens},
 * {@code Access}; {@code Figures}, {@code Readiness}, {@code HubCollector}, {@code HealthServer}; the classes of
 * options; {@code Logging}; {@code Options}, {@code Configuration}; {@code BroadcastService}.
 */
@NullMarked
package io.techops.broadcast.examples;

import org.jspecify.annotations.NullMarked;
