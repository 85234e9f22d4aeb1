package com.example.auction;

import io.techops.broadcast.CloseReason;
import io.techops.broadcast.Message;
import io.techops.broadcast.MessagePolicy;
import io.techops.broadcast.PolicyContext;

/** Broadcasts higher bids, ignores lower ones, and closes a peer that bids nothing. */
public final class Auction implements MessagePolicy {

    private int highest;

    /** Opens an auction without a bid. */
    public Auction() {
    }

    @Override
    public synchronized Verdict decide(PolicyContext context, Message message) {
        if (!(message instanceof Message.Text text) || !text.text().matches("[1-9][0-9]{0,8}")) {
            return Verdict.close(CloseReason.of(CloseReason.POLICY_VIOLATION, "not a bid"));
        }
        int bid = Integer.parseInt(text.text());
        if (bid <= highest) {
            return Verdict.ignore();
        }
        highest = bid;
        return Verdict.relay(Message.text(bid + " is bid"));
    }
}
