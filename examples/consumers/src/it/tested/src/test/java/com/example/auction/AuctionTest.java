package com.example.auction;

import static io.techops.broadcast.testkit.BroadcastAssertions.assertThat;

import io.techops.broadcast.CloseReason;
import io.techops.broadcast.testkit.FakeTransport;
import io.techops.broadcast.testkit.HubRig;
import org.junit.jupiter.api.Test;

class AuctionTest {

    private final HubRig rig = new HubRig(builder -> builder.policy(new Auction()));
    private final FakeTransport alice = rig.join();
    private final FakeTransport bob = rig.join();

    @Test
    void higherBidsReachEveryone() {
        alice.send("10");
        bob.send("9");
        bob.send("11");
        rig.run();
        assertThat(alice).hasReceived("10 is bid", "11 is bid");
        assertThat(bob).hasReceived("10 is bid", "11 is bid");
        assertThat(rig.hub().stats()).hasIgnored(1).hasNoTrouble();
    }

    @Test
    void whoBidsNothingIsSentAway() {
        alice.send("a lot");
        rig.run();
        assertThat(alice).isClosedWith(CloseReason.POLICY_VIOLATION, "not a bid");
        assertThat(bob).isOpen();
    }
}
