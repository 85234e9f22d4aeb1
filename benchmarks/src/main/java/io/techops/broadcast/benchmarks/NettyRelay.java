package io.techops.broadcast.benchmarks;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolHandler;
import io.netty.handler.codec.http.websocketx.extensions.compression.WebSocketServerCompressionHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/** Netty: a {@link ChannelGroup}, on NIO or on its native epoll transport. */
final class NettyRelay implements RelayServer {

    private static final int MAX_HTTP_BYTES = 65_536;

    private final boolean epoll;
    private final boolean deflate;
    private final ChannelGroup peers = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);

    NettyRelay(boolean epoll, boolean deflate) {
        this.epoll = epoll;
        this.deflate = deflate;
    }

    @Override
    public int start(@Nullable Tls tls) throws Exception {
        SslContext ssl = tls == null ? null : SslContextBuilder.forServer(tls.keys()).build();
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(
                epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
        ChannelFuture bound = new ServerBootstrap()
                .group(group)
                .channel(epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new Pipeline(ssl))
                .bind("127.0.0.1", 0).sync();
        return ((InetSocketAddress) bound.channel().localAddress()).getPort();
    }

    private final class Pipeline extends ChannelInitializer<SocketChannel> {

        private final @Nullable SslContext ssl;
        private final Relay relay = new Relay();

        Pipeline(@Nullable SslContext ssl) {
            this.ssl = ssl;
        }

        @Override
        protected void initChannel(SocketChannel channel) {
            if (ssl != null) {
                channel.pipeline().addLast(ssl.newHandler(channel.alloc()));
            }
            channel.pipeline().addLast(new HttpServerCodec(), new HttpObjectAggregator(MAX_HTTP_BYTES));
            if (deflate) {
                channel.pipeline().addLast(new WebSocketServerCompressionHandler(MAX_HTTP_BYTES));
            }
            channel.pipeline().addLast(new WebSocketServerProtocolHandler("/", null, deflate), relay);
        }
    }

    @ChannelHandler.Sharable
    private final class Relay extends SimpleChannelInboundHandler<TextWebSocketFrame> {

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) throws Exception {
            if (event instanceof WebSocketServerProtocolHandler.HandshakeComplete) {
                peers.add(context.channel());
            }
            super.userEventTriggered(context, event);
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, TextWebSocketFrame frame) {
            peers.writeAndFlush(frame.retain());
        }
    }
}
