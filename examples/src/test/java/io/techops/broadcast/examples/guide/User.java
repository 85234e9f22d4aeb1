package io.techops.broadcast.examples.guide;

import java.security.Principal;

/** Who a peer is, as the policies of the guide say it. */
record User(String name) implements Principal {

    @Override
    public String getName() {
        return name;
    }
}
