package io.techops.broadcast.tyrus.connection;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** What has come for a peer, piece by piece. */
interface Source {

    /** {@return the next piece, which is used until this is called again; null if that is all for now} */
    @Nullable ByteBuffer next();
}
