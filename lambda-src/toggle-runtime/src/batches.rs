//! What fits into a message of the queue, and into a call.

/// The most bytes of a message, and of one call's messages: AWS allows at least 262,144 (Amazon SQS message
/// quotas).
pub(crate) const BYTES: usize = 256_000;

/// Entries in as few batches as the limits allow, in their order: at most so many of them and so many bytes in
/// one, unless an entry alone has more.
pub(crate) fn batches<T>(
    entries: impl IntoIterator<Item = T>,
    (entries_in_one, bytes_in_one): (usize, usize),
    bytes: impl Fn(&T) -> usize,
) -> Vec<Vec<T>> {
    let (mut batches, mut room): (Vec<Vec<T>>, usize) = (Vec::new(), 0);
    for entry in entries {
        let size = bytes(&entry);
        match batches.last_mut() {
            Some(batch) if batch.len() < entries_in_one && size <= room => {
                room -= size;
                batch.push(entry);
            }
            _ => {
                room = bytes_in_one.saturating_sub(size);
                batches.push(vec![entry]);
            }
        }
    }
    batches
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_is_limited_by_number_and_size() {
        let lengths = |sizes: Vec<usize>| -> Vec<usize> {
            let batches = batches(sizes, (10, BYTES), |size| *size);
            batches.iter().map(Vec::len).collect()
        };
        assert_eq!(lengths(vec![1; 25]), [10, 10, 5]);
        assert_eq!(lengths(vec![100_000; 5]), [2, 2, 1]);
        assert_eq!(lengths(vec![10, BYTES, 10]), [1, 1, 1]);
    }
}
