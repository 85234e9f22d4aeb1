/** An application that broadcasts. */
module com.example.live {
    requires io.techops.broadcast.tyrus;
    requires java.net.http;
}
