/**
 * What a delivery costs: fan-out from one server to many peers, measured side by side with other servers.
 *
 * <p>Three kinds of process, all on this machine: a <em>server</em> that relays every text message of a peer to all
 * peers, the <em>load generator</em>, which is all of its peers at once and checks what they get, and the
 * <em>runner</em>, which starts the two, and writes down what they cost.
 *
 * <p>The floors, each using only those below it: the load ({@code LoadSpec}, {@code Payloads}, {@code PendingMessages},
 * {@code Wire}, {@code LoadPeer}, {@code Load}); the servers ({@code RelayServer} and its implementations); the runner
 * ({@code Scenario}, {@code Contender}, {@code ServerProcess}, {@code LoadProcess}, {@code Run}); the report
 * ({@code Sample}, {@code Figures}, {@code Report}, {@code Charts}); the commands.
 */
@NullMarked
package io.techops.broadcast.benchmarks;

import org.jspecify.annotations.NullMarked;
