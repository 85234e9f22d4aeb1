/**
 * Drives a hub by hand in a test: no network, no thread, no sleep, and time that passes when the test says so.
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
 *         alice.receive("hello");
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
 * <p>{@link io.techops.broadcast.testkit.HubRig} holds what such a test needs: the hub, its peers, its executor, its
 * clock and what its listener was told. To test a class that is given a hub, give it {@link
 * io.techops.broadcast.testkit.HubRig#hub}. The parts can be used alone too: a
 * {@link io.techops.broadcast.testkit.FakeTransport} registers with any hub, a
 * {@link io.techops.broadcast.testkit.ManualExecutor} and a {@link io.techops.broadcast.testkit.VirtualTimer} drive
 * any. {@link io.techops.broadcast.testkit.BroadcastAssertions} has the {@code assertThat} of the example.
 *
 * <p>The library's own tests are written with it.
 *
 * <p>The floors, each using only those below it: {@code ManualExecutor}, {@code VirtualTimer},
 * {@code RecordingListener}, {@code FakeTransport}; the assertions; {@code HubRig}.
 */
@NullMarked
package io.techops.broadcast.testkit;

import org.jspecify.annotations.NullMarked;
