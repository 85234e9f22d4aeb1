/*
 * The library's own tests are written with it. The floors, each using only those below it: ManualExecutor,
 * VirtualTimer, RecordingListener, Inbox, Outgoing, TransportCall, CallWatch; VirtualTime, TakenMessages, TestClient;
 * RecordingTransport; FakeTransport; the assertions, MemoryClient; HubRig. Beside them: FaultyNetwork, MemoryLog;
 * LogStore; MemoryBackplane.
 */

/**
 * Drives a hub by hand in a test: without a network, threads or sleeps, and with virtual time.
 *
 * <pre>{@code
 * class ChatTest {
 *
 *     private final HubRig rig = HubRig.keeping(3, builder -> builder.policy(MessagePolicy.textOnly()));
 *
 *     @Test
 *     void everyoneGetsWhatAliceSays() {
 *         FakeTransport alice = rig.join();
 *         FakeTransport bob = rig.join();
 *         alice.send("hello");
 *         rig.run();
 *         assertThat(alice).hasReceived("hello");
 *         assertThat(bob).hasReceived("hello");
 *     }
 *
 *     @Test
 *     void whoDoesNotReadIsDisconnected() {
 *         FakeTransport slow = rig.join().stallAfter(1);
 *         rig.broadcastEach(0, 5);
 *         assertThat(slow).hasReceived("0").isClosedWith(CloseReason.TRY_AGAIN_LATER);
 *     }
 *
 *     @Test
 *     void whoIsSilentIsPinged() {
 *         FakeTransport silent = rig.join();
 *         rig.passSeconds(25);
 *         assertThat(silent).hasBeenPinged(1);
 *         rig.passSeconds(10);
 *         assertThat(silent).isAborted();
 *     }
 * }
 * }</pre>
 *
 * <p>{@link io.techops.broadcast.testkit.HubRig} has what such a test needs: a hub, its peers, its executor, its timer
 * and its listener. A class that uses a hub is tested with {@link io.techops.broadcast.testkit.HubRig#hub}. The parts
 * can be used separately: a {@link io.techops.broadcast.testkit.FakeTransport} registers with any hub, and a {@link
 * io.techops.broadcast.testkit.ManualExecutor} and a {@link io.techops.broadcast.testkit.VirtualTimer} drive any hub.
 * {@link io.techops.broadcast.testkit.BroadcastAssertions} has the {@code assertThat} of the example.
 *
 * <p>An end-to-end test needs no socket: {@link io.techops.broadcast.testkit.HubRig#connect} makes a {@link
 * io.techops.broadcast.testkit.MemoryClient}, which joins the hub as a WebSocket peer does, sends messages and waits
 * for messages. It can also join a hub that has its own threads. {@code io.techops.broadcast.junit} provides a running
 * server for each test of JUnit Jupiter, and clients with sockets.
 *
 * <pre>{@code
 * MemoryClient alice = rig.connect();
 * MemoryClient bob = rig.connect(client -> client.numbered().replay(Replay.last(50)));
 * alice.send("hello");
 * assertThat(bob.nextText()).isEqualTo("hello");
 * }</pre>
 */
@NullMarked
package io.techops.broadcast.testkit;

import org.jspecify.annotations.NullMarked;
