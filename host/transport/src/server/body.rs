//! The bodies of requests and answers as they pass: they tell how far a connection is with its request.

use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body_util::{Either, Full};
use hyper::body::{Body, Frame, Incoming, SizeHint};

use super::slots::{Phase, Seat};

/// The body of a request, as it arrives.
pub struct Arriving {
    body: Incoming,
    seat: Arc<Seat>,
}

impl Arriving {
    pub(super) fn new(body: Incoming, seat: Arc<Seat>) -> Self {
        let arriving = Self { body, seat };
        arriving.note();
        arriving
    }

    /// The address that it comes from; of IPv6 the network.
    #[must_use]
    pub fn address(&self) -> IpAddr {
        self.seat.address()
    }

    fn note(&self) {
        self.seat.enter(if self.body.is_end_stream() { Phase::Answering } else { Phase::Receiving });
    }
}

impl Body for Arriving {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let this = self.get_mut();
        let frame = ready!(Pin::new(&mut this.body).poll_frame(cx));
        match frame {
            Some(Ok(_)) => this.note(),
            None | Some(Err(_)) => this.seat.enter(Phase::Answering),
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// The body of an answer, as it is sent. Once it is, its connection waits for the next request.
pub(super) struct Leaving<B> {
    body: Either<Full<Bytes>, B>,
    seat: Arc<Seat>,
}

impl<B> Leaving<B> {
    pub(super) const fn new(body: Either<Full<Bytes>, B>, seat: Arc<Seat>) -> Self {
        Self { body, seat }
    }
}

impl<B: Body<Data = Bytes> + Unpin> Body for Leaving<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        match &mut self.get_mut().body {
            Either::Left(whole) => Pin::new(whole).poll_frame(cx).map_err(|never| match never {}),
            Either::Right(body) => Pin::new(body).poll_frame(cx),
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.body {
            Either::Left(whole) => whole.is_end_stream(),
            Either::Right(body) => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.body {
            Either::Left(whole) => whole.size_hint(),
            Either::Right(body) => body.size_hint(),
        }
    }
}

impl<B> Drop for Leaving<B> {
    fn drop(&mut self) {
        self.seat.enter(Phase::Waiting);
    }
}
