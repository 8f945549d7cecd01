//! squawk's rule names, so that its ignore comments go on counting.
